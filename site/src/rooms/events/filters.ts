import type { Filters } from './data.ts'

export const noFilters: Filters = { search: '', when: '', region: '', category: '', mine: '' }
const names = ['search', 'when', 'region', 'category', 'mine'] as const

/** The filters that stand in an address. What no filter knows counts for none. */
export function readFilters(address: string): Filters {
  const given = new URLSearchParams(address)
  const [search = '', when = '', region = '', category = '', mine = ''] = names.map((name) =>
    given.get(name)?.trim(),
  )
  return {
    search: search.slice(0, 80),
    when: when === 'past' ? 'past' : '',
    region: region.slice(0, 60),
    category: category.slice(0, 60),
    mine: mine === 'yes' ? 'yes' : '',
  }
}

/** The address of the calendar with filters, so that it can be linked to and shared. */
export function calendarAddress(filters: Partial<Filters>): string {
  const asked = new URLSearchParams()
  for (const name of names) if (filters[name]) asked.set(name, filters[name])
  return asked.size === 0 ? '/calendar/' : `/calendar/?${asked}`
}

/** What is asked, in words: of yours, in Europe, of the kind Dinner, matching “lisbon”. */
function asked({ search, region, category, mine }: Filters): string {
  return [
    mine ? ' of yours' : '',
    category ? ` of the kind “${category}”` : '',
    region ? ` in “${region}”` : '',
    search ? ` matching “${search}”` : '',
  ].join('')
}

/** What is shown, in one line. */
export function foundWords(filters: Filters, count: number, more: boolean): string {
  const things = count === 1 ? 'event' : 'events'
  const number = more ? `The first ${count}` : count === 1 ? 'One' : String(count)
  const tail = filters.when === 'past' ? ', the latest first' : ' to come'
  const over = filters.when === 'past' ? 'past ' : ''
  return `${number} ${over}${things}${asked(filters)}${tail}`
}

/** What to say when nothing is found, and what to try. */
export function nothingWords(filters: Filters): { title: string; text: string } {
  const { search, when, region, category, mine } = filters
  const past = when === 'past'
  if (search || region || category)
    return {
      title: `No ${past ? 'past ' : ''}events${asked(filters)}`,
      text: search
        ? 'Try one word less, or only the beginning of a word.'
        : 'Take one of the filters away.',
    }
  if (mine)
    return past
      ? {
          title: 'You have been to none yet',
          text: 'Events that you went to will stand here, with their recordings.',
        }
      : {
          title: 'You are going nowhere yet',
          text: 'What you sign up for appears here within moments.',
        }
  return past
    ? { title: 'Nothing has taken place yet', text: 'What is over will stand here.' }
    : {
        title: 'Nothing is on the calendar right now',
        text: 'New events appear here first. Look at what was, meanwhile.',
      }
}
