import { one } from '../../lib/forms.ts'
import { Problem } from '../../lib/problem.ts'
import { fail, openRoom, show } from '../../lib/room.ts'
import { initials } from '../../lib/words.ts'
import { type Person, readDirectory } from './data.ts'

const pause = 180 // milliseconds between the last key and the question

let last: Person | undefined
let asking = new AbortController()

/** The directory: search as you type, more by the page. The search stands in the address, so that it can be shared. */
export function startDirectory(): void {
  const words = one<HTMLInputElement>('#words')
  words.value = new URLSearchParams(location.search).get('search') ?? ''
  let timer: ReturnType<typeof setTimeout> | undefined
  words.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(() => void find(words.value.trim()).catch(fail), pause)
  })
  one('#search').addEventListener('submit', (event) => {
    event.preventDefault()
    clearTimeout(timer)
    void find(words.value.trim()).catch(fail)
  })
  one('#more').addEventListener('click', () => void more(words.value.trim()).catch(fail))
  openRoom(() => find(words.value.trim()))
}

async function find(search: string): Promise<void> {
  const address = new URL(location.href)
  if (search) address.searchParams.set('search', search)
  else address.searchParams.delete('search')
  history.replaceState(null, '', address)
  const page = await ask(search, undefined)
  if (!page) return
  one('[data-people]').replaceChildren()
  add(page.people, page.more)
  one('[data-found]').textContent =
    page.people.length === 0
      ? 'Nobody found'
      : `${page.people.length}${page.more ? ' or more' : ''} found`
  show(page.people.length === 0 ? 'empty' : 'ready')
}

async function more(search: string): Promise<void> {
  const before = one('[data-people]').childElementCount
  const page = await ask(search, last)
  if (!page) return
  add(page.people, page.more)
  // The button may be gone now: the reader goes on with the first of the new people.
  const next = one('[data-people]').children[before]?.querySelector<HTMLElement>('h2')
  next?.setAttribute('tabindex', '-1')
  next?.focus()
}

/** One page, or null when a newer question took over. */
async function ask(search: string, after: Person | undefined) {
  asking.abort()
  asking = new AbortController()
  const { signal } = asking
  try {
    return await readDirectory(search, after, signal)
  } catch (error) {
    if (signal.aborted) return null
    if (!(error instanceof Problem && error.status === 403)) throw error
    show('lapsed')
    return null
  }
}

function add(people: Person[], more: boolean): void {
  one('[data-people]').append(...people.map(card))
  last = people.at(-1) ?? last
  one('#more').hidden = !more
}

/** One person's card. What members wrote goes in as text, never as markup. */
function card(person: Person): DocumentFragment {
  const part = one<HTMLTemplateElement>('#person').content.cloneNode(true) as DocumentFragment
  const tile = one('.tile', part)
  tile.textContent = initials(person.name)
  tile.dataset.shape = String(Number.parseInt(person.member_id.slice(-2), 16) % 4)
  one('[data-name]', part).textContent = person.name || 'A member'
  one('[data-headline]', part).textContent = person.headline
  one('[data-location]', part).textContent = person.location
  const link = one<HTMLAnchorElement>('[data-linkedin]', part)
  if (person.linkedin_url) {
    link.href = person.linkedin_url
    one('[data-whose]', part).textContent = `of ${person.name}`
  } else {
    link.parentElement?.remove()
  }
  return part
}
