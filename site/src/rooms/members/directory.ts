import { startFinder } from '../../lib/finder.ts'
import { one } from '../../lib/forms.ts'
import { hangPictures } from '../../lib/pictures.ts'
import { card, namesOf, type TopicNames } from './card.ts'
import { startCombobox } from './combobox.ts'
import { type Filters, type Person, readDirectory, readPlaces, readTopics } from './data.ts'
import { offerTopics, pressTopic } from './filter_bar.ts'
import { directoryAddress, foundWords, nobodyWords, noFilters, readFilters } from './filters.ts'

const nameOf = ({ interest }: Filters, names: TopicNames) =>
  (interest && (names.get(interest) ?? interest)) || ''

/** The directory: search as you type, filter by place and interest, more by the page. */
export function startDirectory(): void {
  const list = one('[data-people]')
  const place = startCombobox(one('#place-filter'), {
    suggest: readPlaces,
    choose: (chosen) => finder.change({ place: chosen }),
  })
  const finder = startFinder<Filters, Person, TopicNames>({
    none: noFilters,
    read: readFilters,
    address: directoryAddress,
    page: 24,
    list,
    focus: '[data-name]',
    async names() {
      const topics = await readTopics()
      offerTopics(topics, finder.filters().interest, (interest) => finder.change({ interest }))
      return namesOf(topics)
    },
    ask: readDirectory,
    card,
    fill(filters) {
      place.set(filters.place)
      pressTopic(filters.interest)
    },
    found: (filters, count, more, names) =>
      foundWords(count, more, filters, nameOf(filters, names)),
    nothing: (filters, names) => ({
      found: 'Nobody found',
      ...nobodyWords(filters, nameOf(filters, names)),
    }),
    added: () => void hangPictures(list),
  })
}
