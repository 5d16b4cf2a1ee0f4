import { one } from '../../lib/forms.ts'
import { openRoom, show } from '../../lib/room.ts'
import { namesOf } from './card.ts'
import { isMe, readPerson, readTopics } from './data.ts'
import { directoryAddress, noFilters, readFilters } from './filters.ts'
import { fillPerson } from './person_view.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The directory as one left it for this page: its address with the filters. */
function wayBack(): { address: string; filtered: boolean; known: boolean } {
  const from = URL.canParse(document.referrer) ? new URL(document.referrer) : undefined
  const known = from?.origin === location.origin && from.pathname === '/directory/'
  const filters = known ? readFilters(from.search) : noFilters
  const address = directoryAddress(filters)
  return { address, filtered: address !== directoryAddress(noFilters), known }
}

/** One person's page. Who may not be seen and who does not exist look the same. */
export function startPerson(): void {
  const { address, filtered, known } = wayBack()
  for (const back of document.querySelectorAll<HTMLAnchorElement>('[data-back]')) {
    back.href = address
    back.textContent = filtered ? 'Back to what you found' : 'Back to the directory'
    back.addEventListener('click', (event) => {
      // One step back keeps also how far one had read; the link does when this tab began here.
      if (!known || history.length < 2 || location.hash !== '') return
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
      event.preventDefault()
      history.back()
    })
  }
  openRoom(enter)
}

async function enter(): Promise<void> {
  const id = new URLSearchParams(location.search).get('id') ?? ''
  if (!uuid.test(id)) return show('empty')
  const [person, topics] = await Promise.all([readPerson(id), readTopics()])
  if (!person) {
    const mine = await isMe(id)
    one('[data-nobody]').hidden = mine
    one('[data-unseen]').hidden = !mine
    return show('empty')
  }
  one('[data-me]').hidden = !person.is_me
  fillPerson(one('[data-person]'), person, namesOf(topics))
  document.title = document.title.replace(/^[^·]*/, `${person.name || 'A member'} `)
  show('ready')
}
