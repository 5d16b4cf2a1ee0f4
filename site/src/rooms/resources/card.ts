import { one } from '../../lib/forms.ts'
import type { Resource } from './data.ts'
import { resourcesAddress } from './filters.ts'
import { markButton } from './marks.ts'
import { poster } from './poster.ts'
import { doneWord, facts } from './words.ts'

export type TopicNames = Map<string, string>

const newFor = 14 * 86_400_000 // milliseconds
const chips = 2 // topics on a card; its page has them all

/** The address of a resource's own page. */
export const pageOf = (id: string): string => `/resources/view/?id=${encodeURIComponent(id)}`

/** Links that filter the list by topics, as list items. */
export function topicLinks(topics: string[], names: TopicNames): HTMLLIElement[] {
  return topics.map((topic) => {
    const item = document.createElement('li')
    const link = document.createElement('a')
    link.className = 'chip chip-small'
    link.href = resourcesAddress({ topic })
    link.textContent = names.get(topic) ?? topic
    item.append(link)
    return item
  })
}

/** One resource's card. What leaders wrote goes in as text, never as markup. */
export function card(resource: Resource, names: TopicNames): DocumentFragment {
  const part = one<HTMLTemplateElement>('#resource').content.cloneNode(true) as DocumentFragment
  one('[data-poster]', part).prepend(poster(resource.id, resource.kind))
  one('.resource', part).dataset.kind = resource.kind
  const title = one<HTMLAnchorElement>('[data-title]', part)
  title.textContent = resource.title
  title.href = pageOf(resource.id)
  one('[data-facts]', part).textContent = facts(resource).join(' · ')
  one('[data-summary]', part).textContent = resource.summary
  one('[data-new]', part).hidden =
    resource.watched_at !== null || Date.now() - Date.parse(resource.published_at) > newFor
  one('[data-leaders]', part).hidden = resource.audience !== 'leader'
  const done = one('[data-done]', part)
  done.hidden = resource.watched_at === null
  one('[data-done-word]', done).textContent = doneWord[resource.kind]
  const topics = one('[data-topics-of]', part)
  topics.append(...topicLinks(resource.topics.slice(0, chips), names))
  if (resource.topics.length === 0) topics.remove()
  const save = one<HTMLButtonElement>('[data-save]', part)
  one('[data-of]', save).textContent = resource.title
  markButton(save, {
    resource: resource.id,
    mark: 'saved',
    isSet: resource.saved_at !== null,
    trouble: one('[data-trouble]', part),
  })
  return part
}
