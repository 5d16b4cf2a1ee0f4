import { startFinder } from '../../lib/finder.ts'
import { one } from '../../lib/forms.ts'
import { rememberRole } from '../../lib/role.ts'
import { card, headMonths } from './card.ts'
import { type Filters, findEvents, type Gathering, readMyCalendar } from './data.ts'
import { calendarAddress, foundWords, noFilters, nothingWords, readFilters } from './filters.ts'
import { startSettings } from './settings.ts'

const choices = () => document.querySelectorAll<HTMLButtonElement>('[data-filter]')
const filterOf = (choice: HTMLElement) => choice.dataset.filter as 'when' | 'mine'

/** Shows a choice in its list, also one that an address asks for and that no list has. */
function choose(list: HTMLSelectElement, value: string): void {
  if (value && ![...list.options].some((option) => option.value === value))
    list.append(new Option(value, value))
  list.value = value
}

/** The calendar: what is on and what was, by words, region, category and what is one's own; more by the page. */
export function startCalendar(): void {
  const region = one<HTMLSelectElement>('#region')
  const category = one<HTMLSelectElement>('#category')
  const list = one('[data-gatherings]')
  const fillSettings = startSettings()
  const finder = startFinder<Filters, Gathering, true>({
    none: noFilters,
    read: readFilters,
    address: calendarAddress,
    page: 18,
    list,
    focus: '[data-title]',
    async names() {
      const mine = await readMyCalendar()
      rememberRole(mine.role)
      for (const [select, names] of [
        [region, mine.regions],
        [category, mine.categories],
      ] as const) {
        const known = new Set([...select.options].map(({ value }) => value))
        select.append(
          ...names.filter((name) => !known.has(name)).map((name) => new Option(name, name)),
        )
      }
      fillSettings(mine)
      return true
    },
    ask: findEvents,
    card,
    fill(filters) {
      choose(region, filters.region)
      choose(category, filters.category)
      for (const choice of choices())
        choice.ariaPressed = String(choice.value === filters[filterOf(choice)])
    },
    found: foundWords,
    nothing: (filters) => ({ found: 'Nothing found', ...nothingWords(filters) }),
    added: () => headMonths(list),
  })
  region.addEventListener('change', () => finder.change({ region: region.value }))
  category.addEventListener('change', () => finder.change({ category: category.value }))
  for (const choice of choices())
    choice.addEventListener('click', () => {
      const name = filterOf(choice)
      const pressed = choice.value === finder.filters()[name]
      // Coming up and past are two sides; only mine is on or off.
      finder.change({ [name]: name === 'mine' && pressed ? '' : choice.value })
    })
}
