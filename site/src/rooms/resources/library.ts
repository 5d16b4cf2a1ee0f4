import { startFinder } from '../../lib/finder.ts'
import { one } from '../../lib/forms.ts'
import { readTopics, type Topic } from '../members/data.ts'
import { card, type TopicNames } from './card.ts'
import { type Filters, findResources, type Resource } from './data.ts'
import { foundWords, noFilters, nothingWords, readFilters, resourcesAddress } from './filters.ts'

const choices = () => document.querySelectorAll<HTMLButtonElement>('[data-filter]')
const filterOf = (choice: HTMLElement) => choice.dataset.filter as 'kind' | 'list'
const nameOf = ({ topic }: Filters, names: TopicNames) =>
  (topic && (names.get(topic) ?? topic)) || ''

function offer(topics: Topic[]): TopicNames {
  one('#topic').append(...topics.map(({ topic, name }) => new Option(name, topic)))
  return new Map(topics.map(({ topic, name }) => [topic, name]))
}

/** The resources: search as you type, by kind, topic and what one saved or watched, more by the page. */
export function startLibrary(): void {
  const topic = one<HTMLSelectElement>('#topic')
  const finder = startFinder<Filters, Resource, TopicNames>({
    none: noFilters,
    read: readFilters,
    address: resourcesAddress,
    page: 18,
    list: one('[data-resources]'),
    focus: '[data-title]',
    names: async () => offer(await readTopics()),
    ask: findResources,
    card,
    fill(filters) {
      topic.value = filters.topic
      for (const choice of choices())
        choice.ariaPressed = String(choice.value === filters[filterOf(choice)])
    },
    found: (filters, count, more, names) =>
      foundWords(count, more, filters, nameOf(filters, names)),
    nothing: (filters, names) => ({
      found: 'Nothing found',
      ...nothingWords(filters, nameOf(filters, names)),
    }),
  })
  topic.addEventListener('change', () => finder.change({ topic: topic.value }))
  for (const choice of choices())
    choice.addEventListener('click', () => {
      const name = filterOf(choice)
      finder.change({ [name]: choice.value === finder.filters()[name] ? '' : choice.value })
    })
}
