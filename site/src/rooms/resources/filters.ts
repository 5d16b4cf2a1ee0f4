import type { Filters, Kind, List } from './data.ts'

export const noFilters: Filters = { search: '', kind: '', topic: '', list: '' }
const names = ['search', 'kind', 'topic', 'list'] as const
const kinds: readonly string[] = ['video', 'file', 'link']
const lists: readonly string[] = ['saved', 'watched', 'unwatched']

/** The filters that stand in an address. What no filter knows counts for none. */
export function readFilters(address: string): Filters {
  const given = new URLSearchParams(address)
  const [search = '', kind = '', topic = '', list = ''] = names.map((name) =>
    given.get(name)?.trim(),
  )
  return {
    search: search.slice(0, 80),
    kind: kinds.includes(kind) ? (kind as Kind) : '',
    topic,
    list: lists.includes(list) ? (list as List) : '',
  }
}

/** The address of the resources with filters, so that it can be linked to and shared. */
export function resourcesAddress(filters: Partial<Filters>): string {
  const asked = new URLSearchParams()
  for (const name of names) if (filters[name]) asked.set(name, filters[name])
  return asked.size === 0 ? '/resources/' : `/resources/?${asked}`
}

const things: Record<Kind | '', [string, string]> = {
  '': ['resource', 'resources'],
  video: ['video', 'videos'],
  file: ['file', 'files'],
  link: ['link', 'links'],
}
const kept: Record<List, string> = {
  saved: ' that you saved',
  watched: ' that you have watched or read',
  unwatched: ' that are new to you',
}

/** What is asked, in words: videos about Health that you saved, matching “audit”. */
function asked({ search, list }: Filters, topic: string): string {
  const about = topic ? ` about ${topic}` : ''
  const mine = list ? kept[list] : ''
  const matching = search ? `${about || mine ? ',' : ''} matching “${search}”` : ''
  return about + mine + matching
}

/** What is shown, in one line. topic: the name of the topic that is filtered by. */
export function foundWords(count: number, more: boolean, filters: Filters, topic: string): string {
  const [one, many] = things[filters.kind]
  const found = more
    ? `The first ${count} ${many}`
    : `${count === 1 ? 'One' : count} ${count === 1 ? one : many}`
  return found + (asked(filters, topic) || ', newest first')
}

/** What to say when nothing is found, and what to try. */
export function nothingWords(filters: Filters, topic: string): { title: string; text: string } {
  const { search, list, kind } = filters
  if (!search && !list && !kind && !topic)
    return { title: 'Nothing has been shared yet', text: 'The first resources will stand here.' }
  if (list && !search && !kind && !topic) {
    if (list === 'saved')
      return {
        title: 'You have saved nothing yet',
        text: 'Press Save on anything that you want to come back to. Only you see it.',
      }
    if (list === 'watched')
      return {
        title: 'Nothing here yet',
        text: 'What you have watched to the end, and what you mark as read, will stand here.',
      }
    return { title: 'You are up to date', text: 'You have watched and read all of it.' }
  }
  return {
    title: `No ${things[kind][1]}${asked(filters, topic)}`,
    text: search
      ? 'Try one word less, or only the beginning of a word.'
      : 'Take one of the filters away.',
  }
}
