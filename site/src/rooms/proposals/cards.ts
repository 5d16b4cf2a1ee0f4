import { one } from '../../lib/forms.ts'
import type { Proposal } from './data.ts'
import { kindWord, moment, stateTag, stateWord, stop, timeLeft } from './words.ts'

const copy = (template: string): DocumentFragment =>
  one<HTMLTemplateElement>(template).content.cloneNode(true) as DocumentFragment

/** Puts words into a part of a copy; without words the part goes. */
function fill(part: ParentNode, name: string, words: string | null | undefined): void {
  const place = one(`[data-${name}]`, part)
  if (words) place.textContent = words
  else place.remove()
}

/** Sentences as items of a list. */
export function list(sentences: string[]): HTMLLIElement[] {
  return sentences.map((sentence) => {
    const item = document.createElement('li')
    item.textContent = sentence
    return item
  })
}

/** What tells her from somebody of the same name, in lines of its own, which no name can write. */
export const knownBy = ({ member_email, known_by }: Proposal): string =>
  [member_email, known_by && stop(known_by[0]?.toUpperCase() + known_by.slice(1))]
    .filter(Boolean)
    .join('\n')

/** A proposal that waits: what would happen, who asks, why, and the two buttons. */
export function card(proposal: Proposal, asOf: string): DocumentFragment {
  const part = copy('#proposal')
  const { asks_for, money, is_sandbox, why_not_you } = proposal
  one('[data-proposal]', part).dataset.proposal = proposal.id
  one('article', part).setAttribute('aria-labelledby', `asks-${proposal.id}`)
  one('article', part).toggleAttribute('data-grave', proposal.kind === 'delete_member')
  const title = one('[data-asks-for]', part)
  title.id = `asks-${proposal.id}`
  title.textContent = asks_for
  // The sum stands out, and a reader of screens hears the same sentence.
  if (money && asks_for.endsWith(money)) {
    const sum = document.createElement('b')
    sum.textContent = money
    title.replaceChildren(`${asks_for.slice(0, -money.length).trim()} `, sum)
  }
  fill(part, 'kind', kindWord[proposal.kind])
  one('[data-practice]', part).hidden = !is_sandbox
  fill(part, 'member', proposal.member_name && `For ${proposal.member_name}`)
  fill(part, 'known-by', knownBy(proposal))
  one('[data-would]', part).replaceChildren(...list(proposal.would))
  fill(part, 'agent', `agent:${proposal.agent}`)
  fill(part, 'agent-what', proposal.agent_what)
  fill(part, 'reason', proposal.reason)
  fill(part, 'why-waiting', proposal.why_waiting && stop(proposal.why_waiting))
  fill(
    part,
    'until',
    `Decide before ${moment(proposal.expires_at)}: ${timeLeft(proposal.expires_at, asOf)}. Then it expires, and nothing happens.`,
  )
  fill(part, 'why-not-you', why_not_you && stop(why_not_you))
  if (why_not_you) one('[data-actions]', part).remove()
  else
    for (const button of part.querySelectorAll<HTMLButtonElement>('[data-decide]'))
      button.setAttribute('aria-describedby', title.id)
  return part
}

/** One that is over: what became of it, by whom, and why. */
export function row(proposal: Proposal): DocumentFragment {
  const part = copy('#earlier')
  const { state, asks_for, member_name, agent, is_sandbox } = proposal
  fill(part, 'asks-for', member_name ? `${asks_for}, for ${member_name}` : asks_for)
  const tag = one('[data-state]', part)
  tag.textContent = stateWord[state]
  tag.className = stateTag[state]
  fill(part, 'words', stop(proposal.words))
  fill(part, 'decision-reason', proposal.decision_reason)
  const asked = `${is_sandbox ? 'Practice. ' : ''}Asked for by agent:${agent} on ${moment(proposal.created_at)}`
  fill(
    part,
    'asked',
    proposal.decided_at ? `${asked}, decided ${moment(proposal.decided_at)}.` : `${asked}.`,
  )
  return part
}
