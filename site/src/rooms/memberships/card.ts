import { one } from '../../lib/forms.ts'
import { month } from '../../lib/words.ts'
import type { Card } from './membership.ts'
import { type Action, standing } from './words.ts'

/** The words on the one button that mends or goes on, and where it leads: a step of the billing page, or joining. */
const actions: Record<Action, { label: string; flow?: string; href?: string }> = {
  mend: { label: 'Mend my card', flow: 'mend_card' },
  keep: { label: 'Keep my membership', flow: '' },
  resume: { label: 'Go on with my membership', flow: '' },
  return: { label: 'Come back', href: '/join/' },
}

/** Writes a membership onto the card of the page. */
export function fillCard(card: Card): void {
  const said = standing(card)
  const place = one('#membership')
  const put = (part: string, words: string) => {
    one(`[data-${part}]`, place).textContent = words
  }
  place.dataset.tone = said.wrong ? 'alarm' : said.tone
  put('tier', card.membership ? `${card.membership.tier_name} member` : 'Welcome')
  put('tag', said.tag)
  put('next', said.next)
  put('since', card.membership ? month(card.membership.member_since) : '')
  one('[data-since]', place).parentElement!.hidden = !card.membership
  one('[data-wrong]', place).hidden = !said.wrong
  put('wrong-title', said.wrong?.title ?? '')
  put('wrong-text', said.wrong?.text ?? '')
  const way = said.action && actions[said.action]
  const button = one<HTMLButtonElement>('[data-act=portal]', place)
  const link = one<HTMLAnchorElement>('[data-act=link]', place)
  button.hidden = way?.flow === undefined
  link.hidden = way?.href === undefined
  one('[data-acts]', place).hidden = !way
  button.textContent = way?.label ?? ''
  button.dataset.portal = way?.flow ?? ''
  link.textContent = way?.label ?? ''
  if (way?.href) link.href = way.href
}
