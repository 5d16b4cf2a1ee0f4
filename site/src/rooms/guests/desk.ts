import { one } from '../../lib/forms.ts'
import { sentence } from '../../lib/problem.ts'
import { rememberLeader } from '../../lib/role.ts'
import { fail, openRoom, show } from '../../lib/room.ts'
import { requireId } from '../hosting/address.ts'
import { count, moment, zoneWord } from '../hosting/words.ts'
import {
  type Decision,
  type Guest,
  type GuestCounts,
  type GuestDesk,
  type GuestStatus,
  readDesk,
  readGuestsAfter,
} from './data.ts'
import { type Row, startDeciding } from './deciding.ts'
import { showHere, startDoor } from './door.ts'
import { startMessage } from './message.ts'
import { guestRow } from './row.ts'

const views = ['pending', 'approved', 'waitlist', 'declined', 'invited', 'door'] as const
type View = (typeof views)[number]
const worthSearching = 8
const pause = 250 // milliseconds between the last key and the question

const emptyWords: Record<View, string> = {
  pending: 'Nobody waits for a decision.',
  approved: 'Nobody has been let in yet.',
  waitlist: 'Nobody stands in line.',
  declined: 'Nobody was declined.',
  invited: 'Nobody has an open invitation.',
  door: 'Nobody is expected under this name.',
}

let id = ''
let view: View = 'pending'
let counts: GuestCounts
let guests: Guest[] = []
let asked = 0

const statusOf = (of: View): GuestStatus => (of === 'door' ? 'approved' : of)
const search = () => one<HTMLInputElement>('#search')

/** The guests of one event; which of them stands in the address. */
export function startDesk(): void {
  const query = () => new URLSearchParams(location.search)
  id = query().get('id') ?? ''
  let timer: ReturnType<typeof setTimeout> | undefined
  search().addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(() => void find().catch(fail), pause)
  })
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-show]'))
    button.addEventListener('click', () => {
      if (button.value === view) return
      history.pushState(null, '', `?id=${id}&show=${button.value}`)
      search().value = ''
      void find().catch(fail)
    })
  addEventListener('popstate', () => void find().catch(fail))
  one('#more').addEventListener('click', () => void more().catch(fail))
  startDeciding({ id, rows, decided })
  startDoor({ id, guests: () => guests, counts: () => counts, wrong })
  startMessage(id, () => counts, say)
  openRoom(async () => {
    requireId(id)
    await find()
    rememberLeader()
  })
}

/** What was done, said where it was done. */
const say = (words: string): void => {
  one('[data-told]').textContent = words
}
const wrong = (error: unknown): void => {
  one('[data-wrong]').textContent = error ? sentence(error) : ''
}

async function find(): Promise<void> {
  const given = new URLSearchParams(location.search).get('show')
  const mine = ++asked
  const wanted = views.find((each) => each === given)
  const desk = await readDesk(id, wanted && statusOf(wanted), search().value.trim())
  if (mine !== asked) return
  counts = desk.counts
  view = wanted ?? (desk.status as View)
  showEvent(desk.event)
  guests = []
  wrong(undefined)
  say('')
  one('[data-guests]').replaceChildren()
  one('[data-guests]').dataset.view = view
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-show]')) {
    button.ariaPressed = String(button.value === view)
    // On a phone the chips do not fit beside each other.
    if (button.value === view) button.scrollIntoView({ block: 'nearest', inline: 'center' })
  }
  showCounts()
  add(desk)
  one('[data-bulk]').hidden = view === 'door' || view === 'invited' || guests.length === 0
  const off = {
    pending: ['pending'],
    approved: ['approved'],
    waitlist: [],
    declined: ['declined', 'pending'],
  }
  for (const button of document.querySelectorAll<HTMLElement>('[data-decide]'))
    button.hidden = (off[view as keyof typeof off] ?? []).includes(button.dataset.decide as never)
  one('[data-empty-words]').textContent = emptyWords[view]
  showHere(view === 'door', counts)
  one('[data-search]').hidden =
    view !== 'door' && search().value === '' && !desk.more && guests.length < worthSearching
  one('[data-nobody]').hidden = guests.length > 0
  show('ready')
}

function showEvent({ title, starts_at, time_zone }: GuestDesk['event']): void {
  one('[data-event-title]').textContent = title
  one<HTMLAnchorElement>('[data-back]').href = `/lead/events/edit/?id=${id}`
  one('[data-event-when]').textContent = starts_at
    ? `${moment(starts_at, time_zone)}, ${zoneWord(time_zone)}`
    : ''
}

function showCounts(): void {
  for (const place of document.querySelectorAll<HTMLElement>('[data-count]')) {
    const { capacity, approved, checked_in } = counts
    const of = place.dataset.count as View
    place.textContent =
      of === 'approved'
        ? capacity === null
          ? String(approved)
          : `${approved} of ${capacity}`
        : of === 'door'
          ? checked_in > 0
            ? String(checked_in)
            : ''
          : String(counts[of])
    place.closest('button')?.toggleAttribute('hidden', of === 'invited' && counts.invited === 0)
  }
}

async function more(): Promise<void> {
  const before = one('[data-guests]').childElementCount
  const last = guests.at(-1)
  if (!last) return
  add(await readGuestsAfter(id, statusOf(view), search().value.trim(), last))
  one('[data-guests]').children[before]?.querySelector<HTMLElement>('input, button')?.focus()
}

function add({ guests: found, more: isMore }: { guests: Guest[]; more: boolean }): void {
  guests.push(...found)
  one('[data-guests]').append(...found.map((guest) => guestRow(guest, view === 'door')))
  one('#more').hidden = !isMore
}

/** The rows that are shown, with whether each is chosen. */
function rows(): Row[] {
  return [...one('[data-guests]').children].flatMap((place, index) => {
    const guest = guests[index]
    return guest ? [{ guest, box: one<HTMLInputElement>('[data-one]', place) }] : []
  })
}

/** After a decision: what became of whom, and the list anew. */
async function decided(
  decision: Decision,
  answers: { guest_id: number; status: string; note: string }[],
): Promise<void> {
  const names = new Map(guests.map(({ guest_id, name }) => [guest_id, name]))
  const odd = answers.filter(({ note }) => note !== '')
  const done = answers.length - odd.length
  const verbs = { approved: 'let in', declined: 'declined', pending: 'put back' }
  const words = [
    done > 0 ? `${count(done, 'guest')} ${verbs[decision]}.` : '',
    ...odd.map(({ guest_id, note }) => `${names.get(guest_id)}: ${note}`),
  ]
  await find()
  say(words.filter(Boolean).join(' '))
}
