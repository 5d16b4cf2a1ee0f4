import { ownTime, when } from '../../lib/events.ts'
import { one } from '../../lib/forms.ts'
import type { Face, Gathering } from './data.ts'
import { type Tag, tagsOf } from './words.ts'

/** The address of an event's own page. */
export const pageOf = (id: string): string => `/calendar/event/?id=${encodeURIComponent(id)}`

/** A tag that says something about an event. */
export function tag({ text, tone }: Tag): HTMLElement {
  const element = document.createElement('span')
  element.className = tone ? `tag tag-${tone}` : 'tag'
  element.textContent = text
  return element
}

/** Writes when an event is into a part of the page: on the clocks of its place, and on the reader's where they differ. */
export function fillTimes(
  part: ParentNode,
  event: Pick<Gathering, 'starts_at' | 'ends_at' | 'time_zone'>,
): void {
  const { day, time, zone } = when(event)
  const moment = one<HTMLTimeElement>('[data-day]', part)
  moment.textContent = day
  moment.dateTime = event.starts_at
  one('[data-time]', part).textContent = time
  one('[data-zone]', part).textContent = zone
  const own = ownTime(event)
  const mine = one('[data-own]', part)
  mine.hidden = own === null
  mine.textContent = own === null ? '' : `${own} where you are`
}

/** The leaf of a calendar: month, day and weekday at the place. */
export function fillLeaf(
  part: ParentNode,
  event: Pick<Gathering, 'starts_at' | 'ends_at' | 'time_zone'>,
): void {
  const { shortMonth, date, weekday } = when(event)
  one('[data-month]', part).textContent = shortMonth
  one('[data-date]', part).textContent = date
  one('[data-weekday]', part).textContent = weekday
}

/** One event in the list. What leaders wrote goes in as text, never as markup. */
export function card(event: Gathering): DocumentFragment {
  const part = one<HTMLTemplateElement>('#gathering').content.cloneNode(true) as DocumentFragment
  const item = one('.gathering', part)
  item.dataset.standing = event.standing
  item.dataset.state = event.state
  item.dataset.under = when(event).month
  fillLeaf(part, event)
  fillTimes(part, event)
  one('[data-kind]', part).textContent = [event.category, event.region].filter(Boolean).join(' · ')
  const title = one<HTMLAnchorElement>('[data-title]', part)
  title.textContent = event.title
  title.href = pageOf(event.id)
  const place = one('[data-place]', part)
  place.textContent = event.place
  place.hidden = event.place === ''
  const tags = tagsOf(event, new Date())
  const shown = one('[data-tags]', part)
  shown.append(...tags.map(tag))
  shown.hidden = tags.length === 0
  return part
}

/** Says above the first event of each month which month begins. */
export function headMonths(list: HTMLElement): void {
  let before = ''
  for (const item of list.querySelectorAll<HTMLElement>('.gathering')) {
    const { under = '' } = item.dataset
    const head = one('[data-head]', item)
    head.textContent = under
    head.hidden = under === before
    before = under
  }
}

/** Links to the pages of people, with their tiles, as list items. */
export function faces(people: Face[], fill: (tile: HTMLElement, person: Face) => void): Node[] {
  return people.map((person) => {
    const part = one<HTMLTemplateElement>('#face').content.cloneNode(true) as DocumentFragment
    fill(one('[data-tile]', part), person)
    one('[data-name]', part).textContent = person.name
    const headline = one('[data-headline]', part)
    headline.textContent = person.headline ?? ''
    headline.hidden = !person.headline
    one<HTMLAnchorElement>('[data-link]', part).href = `/directory/person/?id=${person.member_id}`
    return part
  })
}
