import { when } from '../../lib/events.ts'
import { one } from '../../lib/forms.ts'
import { fillTile } from '../../lib/pictures.ts'
import { fillTimes, pageOf, tag } from '../events/card.ts'
import { standingTag } from '../events/words.ts'
import type { NewMember, NewResource, NextEvent } from './data.ts'

/** Shows a list, or what stands there while it has nothing. */
export function showList<Item>(name: string, items: Item[], row: (item: Item) => Node): void {
  const list = one(`[data-list=${name}]`)
  list.replaceChildren(...items.map(row))
  list.hidden = items.length === 0
  one(`[data-nothing=${name}]`).hidden = items.length > 0
}

const copy = (template: string) =>
  one<HTMLTemplateElement>(template).content.cloneNode(true) as DocumentFragment

/** One event: when it is in the time of its place and in one's own, and what one is to it. */
export function eventRow(event: NextEvent): DocumentFragment {
  const part = copy('#event')
  const { date, shortMonth } = when(event)
  const put = (name: string, said: string) => {
    one(`[data-${name}]`, part).textContent = said
  }
  put('date', date)
  put('month', shortMonth)
  put('place', event.place)
  fillTimes(part, event)
  const title = one<HTMLAnchorElement>('[data-title]', part)
  title.textContent = event.title
  title.href = pageOf(event.id)
  const mine = standingTag(event, false)
  if (mine) one('[data-mine]', part).append(tag(mine))
  else one('[data-mine]', part).remove()
  return part
}

/** One new member, with the way to her page. */
export function memberRow(person: NewMember): DocumentFragment {
  const part = copy('#new-member')
  fillTile(one('[data-tile]', part), person)
  one('[data-name]', part).textContent = person.name
  one('[data-headline]', part).textContent = person.headline
  one<HTMLAnchorElement>('[data-link]', part).href = `/directory/person/?id=${person.member_id}`
  return part
}

const kinds: Record<string, string> = { video: 'Video', file: 'File', link: 'Link' }

/** One new resource, with the way to its page. */
export function resourceRow(resource: NewResource): DocumentFragment {
  const part = copy('#new-resource')
  const title = one<HTMLAnchorElement>('[data-title]', part)
  title.textContent = resource.title
  title.href = `/resources/view/?id=${resource.id}`
  one('[data-kind]', part).textContent = kinds[resource.kind] ?? resource.kind
  return part
}
