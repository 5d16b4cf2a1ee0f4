import { one } from './forms.ts'
import { fail, openRoom, show } from './room.ts'

const pause = 150 // milliseconds between the last key and the question
const most = 99 // things that one question may bring

/** What history keeps of a visit: how many things were shown, and where one was reading. */
interface Spot {
  shown: number
  y: number
}

/** A page that finds things: what it asks, and how it shows what it got. */
export interface Finding<Filters, Item, Names> {
  none: Filters
  /** The filters that stand in an address, and the address that they stand in. */
  read(address: string): Filters
  address(filters: Filters): string
  /** Things that one question brings. */
  page: number
  list: HTMLElement
  /** What takes the focus in the first of more things. */
  focus: string
  /** Names that the things are shown with, asked once, at the same time as the first things. */
  names(): Promise<Names>
  ask(
    filters: Filters,
    part: { after: Item | undefined; size: number },
    signal: AbortSignal,
  ): Promise<{ items: Item[]; more: boolean }>
  card(item: Item, names: Names): Node
  /** Shows the filters in the controls. */
  fill(filters: Filters): void
  /** What was found, in one line; for nothing, what to say and what to try. */
  found(filters: Filters, count: number, more: boolean, names: Names): string
  nothing(filters: Filters, names: Names): { found: string; title: string; text: string }
  /** After things were added to the list. */
  added?(): void
}

/**
 * Search as you type (`#words` in `#search`), filters, and more by the page (`#more`), all of it in the address, so that
 * it can be shared and gone back to. Returns the way to change filters.
 */
export function startFinder<Filters extends { search: string }, Item, Names>(
  finding: Finding<Filters, Item, Names>,
) {
  const { list, none } = finding
  const words = one<HTMLInputElement>('#words')
  let filters = none
  let last: Item | undefined
  let asking = new AbortController()
  let typing = false
  let names: Promise<Names> | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  const same = (some: Filters, other: Filters) => finding.address(some) === finding.address(other)

  /** Notes in history how far one had come. */
  function remember(): void {
    const spot: Spot = { shown: list.childElementCount, y: scrollY }
    history.replaceState(spot, '')
  }

  /** Asks with other filters. Keys of one search make one step of history; everything else makes its own. */
  function change(some: Partial<Filters>, typed = false): void {
    const next = { ...filters, ...some }
    if (same(next, filters)) return
    if (typed && typing) history.replaceState(null, '', finding.address(next))
    else {
      remember()
      history.pushState(null, '', finding.address(next))
    }
    typing = typed
    filters = next
    void find(null).catch(fail)
  }

  /** Forgets what was typed and not asked yet. */
  const stopTyping = () => {
    clearTimeout(timer)
    timer = undefined
  }

  const search = () => {
    stopTyping()
    change({ search: words.value.trim() } as Partial<Filters>, true)
  }

  /** Links of the page that only filter are followed here; before a thing's own page opens, the spot is noted. */
  function follow(event: MouseEvent): void {
    const link = (event.target as Element).closest('a')
    if (!link || event.defaultPrevented) return
    if (link.origin !== location.origin || link.pathname !== location.pathname) {
      remember()
      return
    }
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
      return
    event.preventDefault()
    stopTyping()
    change(finding.read(link.search))
    one('[data-found]').focus({ preventScroll: true })
    scrollTo({ top: 0 })
  }

  function fill(nothing: boolean): void {
    // What is being typed when an earlier answer comes is not taken away.
    if (timer === undefined && words.value.trim() !== filters.search) words.value = filters.search
    for (const button of document.querySelectorAll<HTMLElement>('[data-clear]'))
      button.hidden = same(filters, none) || (nothing && button.matches('.found *'))
    finding.fill(filters)
  }

  /** Asks anew and shows it. spot: how much was shown when one was here before. */
  async function find(spot: Spot | null): Promise<void> {
    fill(false)
    const got = await ask(undefined, Math.min(Math.max(spot?.shown ?? 0, finding.page), most))
    if (!got) return
    list.replaceChildren()
    add(got)
    const nothing = got.items.length === 0
    // The names bring the choices along, so the controls can say now what is chosen.
    fill(nothing)
    if (nothing) {
      const { found, title, text } = finding.nothing(filters, got.names)
      one('[data-found]').textContent = found
      one('.nothing strong').textContent = title
      one('[data-try]').textContent = text
    } else {
      one('[data-found]').textContent = finding.found(
        filters,
        got.items.length,
        got.more,
        got.names,
      )
    }
    show(nothing ? 'empty' : 'ready')
    if (spot) scrollTo({ top: spot.y })
  }

  async function more(): Promise<void> {
    const before = list.childElementCount
    const got = await ask(last, finding.page)
    if (!got) return
    add(got)
    // The button may be gone now: the reader goes on with the first of the new things.
    list.children[before]?.querySelector<HTMLElement>(finding.focus)?.focus()
  }

  /** One page with the names, or undefined when a newer question took over. */
  async function ask(after: Item | undefined, size: number) {
    asking.abort()
    asking = new AbortController()
    const { signal } = asking
    list.ariaBusy = 'true'
    names ??= finding.names()
    try {
      const [got, known] = await Promise.all([finding.ask(filters, { after, size }, signal), names])
      if (signal.aborted) return undefined
      list.ariaBusy = 'false'
      return { ...got, names: known }
    } catch (error) {
      if (signal.aborted) return undefined
      names = undefined
      throw error
    }
  }

  function add(got: { items: Item[]; more: boolean; names: Names }): void {
    list.append(...got.items.map((item) => finding.card(item, got.names)))
    last = got.items.at(-1) ?? last
    one('#more').hidden = !got.more
    finding.added?.()
  }

  history.scrollRestoration = 'manual'
  words.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(search, pause)
  })
  words.addEventListener('change', () => {
    search()
    typing = false
  })
  one('#search').addEventListener('submit', (event) => {
    event.preventDefault()
    search()
  })
  one('#more').addEventListener('click', () => void more().catch(fail))
  for (const button of document.querySelectorAll('[data-clear]'))
    button.addEventListener('click', () => {
      stopTyping()
      change(none)
    })
  one('#room').addEventListener('click', follow)
  addEventListener('popstate', ({ state }) => {
    stopTyping()
    typing = false
    filters = finding.read(location.search)
    void find(state).catch(fail)
  })
  openRoom(async () => {
    filters = finding.read(location.search)
    await find(history.state)
  })
  return { change, filters: () => filters }
}
