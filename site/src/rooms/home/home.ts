import type { Session } from '@supabase/auth-js'
import { one, onSubmit, text } from '../../lib/forms.ts'
import { hangPictures } from '../../lib/pictures.ts'
import { Problem } from '../../lib/problem.ts'
import { rememberRole } from '../../lib/role.ts'
import { openRoom, show, showLapsed } from '../../lib/room.ts'
import { day, money } from '../../lib/words.ts'
import { claimPayment, signUp } from '../members/data.ts'
import { startBilling } from '../memberships/billing.ts'
import { fillCard } from '../memberships/card.ts'
import { type Home, readHome, type WayIn } from './data.ts'
import { eventRow, memberRow, resourceRow, showList } from './lists.ts'

/** The home page: what I have, what is coming up, who is new; and the way in for who is no member yet. */
export function startHome(): void {
  startBilling()
  onSubmit(one<HTMLFormElement>('#sign-up'), async (data) => {
    const name = text(data, 'new-name')
    const visible = data.get('visible')
    if (visible === null)
      throw new Problem('Choose yes or no; it can be changed at any time', { field: 'visible' })
    await signUp(name, visible === 'yes')
    await refresh()
    return undefined
  })
  onSubmit(one<HTMLFormElement>('#claim'), (data) => claimPayment(text(data, 'paid_with')))
  openRoom(enter)
}

async function enter(session: Session): Promise<void> {
  for (const place of document.querySelectorAll('[data-email]'))
    place.textContent = session.user.email ?? ''
  await refresh()
}

async function refresh(): Promise<void> {
  const home = await readHome()
  if (home) rememberRole(home.member.role)
  one('[data-part=stranger]').hidden = home !== null
  one('[data-part=guest]').hidden = home === null
  if (!home?.membership) return show('empty')
  if (!home.entitled) return showLapsed(home)
  greet(home)
  fillCard(home)
  receipt(home.last_receipt)
  const todo: string[] = home.to_do
  const open = [...document.querySelectorAll<HTMLElement>('[data-task]')].filter((row) => {
    row.hidden = !todo.includes(row.dataset.task ?? '')
    return !row.hidden
  })
  showWayIn(home.slack)
  showProposals(home.proposals)
  one('[data-to-do]').hidden = open.length === 0
  showList('events', home.events, eventRow)
  showList('new_members', home.new_members, memberRow)
  showList('new_resources', home.new_resources, resourceRow)
  show('ready')
  void hangPictures(one('[data-list=new_members]'))
}

function greet({ member }: Home): void {
  const first = member.name.trim().split(/\s+/)[0]
  one('[data-greeting]').textContent = first ? `, ${first}` : ''
}

/** The way into Slack. Its address is an admin's own, and for members alone. */
function showWayIn(way: WayIn | null): void {
  if (!way) return
  const row = one<HTMLAnchorElement>('[data-task=slack] a')
  if (way.link) row.href = way.link
  else row.removeAttribute('href')
  row.target = '_blank'
  row.rel = 'noopener noreferrer'
  if (way.is_invited) {
    one('span span', row).textContent =
      'Slack has sent you an invitation by e-mail. Look for it there.'
  }
}

/** To an admin: that agents wait for her word. */
function showProposals(waiting: Home['proposals']): void {
  one('[data-proposals]').hidden = !waiting
  one('[data-proposals-count]').textContent =
    waiting === 1 ? 'One proposal of an agent waits' : `${waiting} proposals of agents wait`
}

function receipt(last: Home['last_receipt']): void {
  one('[data-receipt]').hidden = !last
  if (!last) return
  const link = one<HTMLAnchorElement>('[data-receipt-link]')
  link.textContent = `${money(last.amount_paid, last.currency)}, ${day(last.paid_at ?? last.created_at)}`
  if (last.url) link.href = last.url
}
