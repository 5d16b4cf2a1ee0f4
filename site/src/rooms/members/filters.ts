import type { Filters } from './data.ts'

export const noFilters: Filters = { search: '', place: '', interest: '' }
const names = ['search', 'place', 'interest'] as const

/** The filters that stand in an address. */
export function readFilters(address: string): Filters {
  const given = new URLSearchParams(address)
  const [search = '', place = '', interest = ''] = names.map((name) => given.get(name)?.trim())
  return { search, place, interest }
}

/** The address of the directory with filters, so that it can be linked to and shared. */
export function directoryAddress(filters: Partial<Filters>): string {
  const asked = new URLSearchParams()
  for (const name of names) if (filters[name]) asked.set(name, filters[name])
  return asked.size === 0 ? '/directory/' : `/directory/?${asked}`
}

/** What is asked of people, in words: matching “weaver” in Oslo, interested in Health. */
function asked({ search, place }: Filters, topic: string): string {
  return [
    search && ` matching “${search}”`,
    place && ` in ${place}`,
    topic && `${search || place ? ',' : ''} interested in ${topic}`,
  ]
    .filter(Boolean)
    .join('')
}

/** Who is shown, in one line. topic: the name of the topic that is filtered by. */
export function foundWords(count: number, more: boolean, filters: Filters, topic: string): string {
  const people = more ? `The first ${count} people` : count === 1 ? 'One person' : `${count} people`
  return people + (asked(filters, topic) || ', by name')
}

/** What to say when nobody is found, and what to try. */
export function nobodyWords(filters: Filters, topic: string): { title: string; text: string } {
  const { search, place } = filters
  if (!search && !place && !topic)
    return {
      title: 'Nobody is listed yet',
      text: 'Somebody has to be first. Say on your profile that you may be found.',
    }
  const title = `Nobody${asked(filters, topic)}`
  if (search)
    return {
      title,
      text: 'Try one word less, or only the beginning of a name. What people keep to themselves is not searched.',
    }
  if (place && topic)
    return { title, text: 'Look in all places, or for people with other interests.' }
  if (place)
    return {
      title,
      text: 'It may be spelled differently: type its first letters and choose from the list.',
    }
  return { title, text: 'Nobody who may be found has chosen it yet. You could be the first.' }
}
