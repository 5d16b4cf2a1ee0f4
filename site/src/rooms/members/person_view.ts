import { one } from '../../lib/forms.ts'
import { aimLink, linkWords } from '../../lib/links.ts'
import { fillTile, hangPictures } from '../../lib/pictures.ts'
import { month } from '../../lib/words.ts'
import { interestLinks, type TopicNames } from './card.ts'
import type { PersonPage } from './data.ts'
import { directoryAddress } from './filters.ts'

/** Shows a person in the component PersonPage. Texts go in as text; links only when they are safe to open. */
export function fillPerson(root: HTMLElement, person: PersonPage, names: TopicNames): void {
  const put = (part: string, text: string) => {
    one(`[data-${part}]`, root).textContent = text
  }
  const part = (name: string, filled: boolean) => {
    one(`[data-part=${name}]`, root).hidden = !filled
  }
  fillTile(one('.tile', root), person)
  put('name', person.name || 'A member')
  one('[data-leader]', root).hidden = !person.is_leader
  put('headline', person.headline)
  put('since', person.member_since ? `Member since ${month(person.member_since)}` : '')
  put('location', person.location)
  const place = one<HTMLAnchorElement>('[data-location]', root)
  place.href = directoryAddress({ place: person.location })
  const interests = one('[data-interests]', root)
  interests.replaceChildren(...interestLinks(person.interests, names))
  interests.hidden = person.interests.length === 0
  for (const text of ['offers', 'seeks', 'bio'] as const) {
    put(text, person[text])
    part(text, person[text] !== '')
  }
  const links = [person.linkedin_url, ...person.links].flatMap(linkItem)
  one('[data-links]', root).replaceChildren(...links)
  part('links', links.length > 0)
  void hangPictures(root)
}

function linkItem(written: string | null): HTMLLIElement[] {
  const anchor = document.createElement('a')
  if (!aimLink(anchor, written)) return []
  anchor.textContent = linkWords(anchor.href)
  const item = document.createElement('li')
  item.append(anchor)
  return [item]
}
