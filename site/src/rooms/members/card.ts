import { one } from '../../lib/forms.ts'
import { fillTile } from '../../lib/pictures.ts'
import type { Person, Topic } from './data.ts'
import { directoryAddress } from './filters.ts'

const chips = 2 // interests on a card; her page has them all

export type TopicNames = Map<string, string>

export const namesOf = (topics: Topic[]): TopicNames =>
  new Map(topics.map(({ topic, name }) => [topic, name]))

/** Links that filter the directory by interests, as list items. */
export function interestLinks(interests: string[], names: TopicNames): HTMLLIElement[] {
  return interests.map((interest) => {
    const item = document.createElement('li')
    const link = document.createElement('a')
    link.className = 'chip chip-small'
    link.href = directoryAddress({ interest })
    link.textContent = names.get(interest) ?? interest
    item.append(link)
    return item
  })
}

/** One person's card. What members wrote goes in as text, never as markup. */
export function card(person: Person, names: TopicNames): DocumentFragment {
  const part = one<HTMLTemplateElement>('#person').content.cloneNode(true) as DocumentFragment
  fillTile(one('.tile', part), person)
  const name = one<HTMLAnchorElement>('[data-name]', part)
  name.textContent = person.name || 'A member'
  name.href = `/directory/person/?id=${person.member_id}`
  one('[data-leader]', part).hidden = !person.is_leader
  one('[data-headline]', part).textContent = person.headline
  const place = one<HTMLAnchorElement>('[data-place]', part)
  place.textContent = person.location
  if (person.location) place.href = directoryAddress({ place: person.location })
  else place.parentElement?.remove()
  const shown = person.interests.slice(0, chips)
  const list = one('[data-interests]', part)
  list.append(...interestLinks(shown, names))
  if (shown.length === 0) list.remove()
  return part
}
