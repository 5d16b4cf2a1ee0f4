import { one } from '../../lib/forms.ts'
import { aimLink } from '../../lib/links.ts'
import { fillTile, hangPictures } from '../../lib/pictures.ts'
import { sentence } from '../../lib/problem.ts'
import { rememberRole } from '../../lib/role.ts'
import { openRoom, show } from '../../lib/room.ts'
import { say } from '../../lib/toast.ts'
import { play, vimeoPage } from '../resources/player.ts'
import { poster } from '../resources/poster.ts'
import { faces, fillLeaf, fillTimes } from './card.ts'
import { type EventPage, type Face, hideGoing, readEvent } from './data.ts'
import { crowd, noticeOf } from './words.ts'

const isId = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
const shownCompany = 60 // members whom the database names at most
const fresh = 2000 // milliseconds in which a look at another tab is no reason to ask again

/** One event: when and where, what one is to it, who is there, and what is left of it afterwards. */
export function startEvent(): void {
  const id = new URLSearchParams(location.search).get('id') ?? ''
  const hide = startHiding(id)
  let asked = 0
  async function read(): Promise<void> {
    asked = Date.now()
    const event = isId(id) ? await readEvent(id) : null
    if (!event) return show('empty')
    fill(event)
    hide(event)
    show('ready')
    void hangPictures(one('[data-people]'))
  }
  openRoom(read)
  // Who comes back from Luma sees what has become of it.
  document.addEventListener('visibilitychange', () => {
    const waits = one('#room').dataset.state === 'ready' && Date.now() - asked > fresh
    if (document.visibilityState === 'visible' && waits)
      read().catch(() => {
        // What stands there was right a moment ago; the next look asks again.
      })
  })
}

function fill(event: EventPage): void {
  document.title = document.title.replace(/^[^·]*·/, () => `${event.title} ·`)
  rememberRole(event.role)
  one('[data-title]').textContent = event.title
  one('[data-kind]').textContent = [event.category, event.region].filter(Boolean).join(' · ')
  one('[data-leaders]').hidden = event.visibility !== 'leader'
  one('[data-hosting]').hidden = !event.is_host
  const edit = one<HTMLAnchorElement>('[data-edit]')
  edit.hidden = !event.may_edit
  edit.href = `/lead/events/edit/?id=${event.id}`
  const facts = one('[data-when-where]')
  fillLeaf(facts, event)
  fillTimes(facts, event)
  put('place', event.place)
  put('crowd', crowd(event))
  put('description', event.description)
  notice(event)
  ways(event)
  afterwards(event)
  people('hosts', event.hosts)
  people('company', event.company)
  one('[data-company-more]').hidden = event.company.length < shownCompany
  one('[data-company-title]').textContent = event.is_over ? 'Members who went' : 'Members who go'
}

function put(name: string, text: string): void {
  const place = one(`[data-${name}]`)
  place.textContent = text
  place.hidden = text === ''
}

function notice(event: EventPage): void {
  const said = noticeOf(event)
  const place = one('[data-notice]')
  place.hidden = said === null
  place.className = `notice${said && said.tone !== 'alarm' ? ` notice-${said.tone}` : ''}`
  one('[data-notice-title]').textContent = said?.title ?? ''
  put('notice-text', said?.text ?? '')
}

/** Luma's own address of an event. Our functions write it, not people; a stand-in for Luma may lack https. */
function aimLuma(anchor: HTMLAnchorElement, address: string | null): boolean {
  if (!address || !/^https?:$/.test(new URL(address, location.href).protocol)) return false
  anchor.href = address
  anchor.rel = 'noopener'
  anchor.target = '_blank'
  return true
}

/** The one thing to do next: join, sign up, or look at what one said at Luma. */
function ways({ meeting_url, url, standing, is_over, seats_left }: EventPage): void {
  const join = one<HTMLAnchorElement>('[data-join]')
  const luma = one<HTMLAnchorElement>('[data-luma]')
  join.hidden = !aimLink(join, meeting_url)
  luma.hidden = is_over || !aimLuma(luma, url)
  const open = ['none', 'invited', 'declined'].includes(standing)
  one('[data-luma-word]').textContent = !open
    ? 'Your registration at Luma'
    : seats_left === 0
      ? 'Join the waiting list at Luma'
      : 'Sign up at Luma'
  luma.classList.toggle('button-quiet', !open || !join.hidden)
  one('[data-luma-hint]').hidden = luma.hidden || !open
  one('[data-ways]').hidden = join.hidden && luma.hidden
}

function afterwards({ id, title, recording, thanks }: EventPage): void {
  one('[data-thanks-part]').hidden = thanks === ''
  one('[data-thanks]').textContent = thanks
  const part = one('[data-recording]')
  const link = one<HTMLAnchorElement>('[data-recording-link]')
  const video = recording?.vimeo_id
    ? { title, vimeo_id: recording.vimeo_id, vimeo_hash: recording.vimeo_hash }
    : null
  link.hidden = !aimLink(link, video ? null : recording?.url)
  const frame = one('[data-frame]')
  one('[data-video]').hidden = video === null
  part.hidden = video === null && link.hidden
  // A video that plays is left alone when the page is read again.
  const holder = frame.querySelector('[data-poster]')
  if (!video || !holder) return
  holder.replaceChildren(poster(id, 'video'))
  one<HTMLButtonElement>('[data-play]', frame).onclick = () => play(frame, video, () => {})
  one<HTMLAnchorElement>('[data-vimeo]').href = vimeoPage(video)
}

function people(name: 'hosts' | 'company', shown: Face[]): void {
  one(`[data-${name}-part]`).hidden = shown.length === 0
  one(`[data-${name}]`).replaceChildren(...faces(shown, fillTile))
}

/** Whether one is seen here by the others: a switch for who shows that she goes, a word for who does not. */
function startHiding(id: string): (event: EventPage) => void {
  const box = one<HTMLInputElement>('#switch-seen_here')
  const trouble = one('[data-seen-trouble]')
  box.addEventListener('change', async () => {
    trouble.textContent = ''
    box.disabled = true
    try {
      await hideGoing(id, !box.checked)
      say(box.checked ? 'Members see you here.' : 'Nobody sees you here.')
    } catch (error) {
      box.checked = !box.checked
      trouble.textContent = sentence(error)
    } finally {
      box.disabled = false
      box.focus()
    }
  })
  return ({ standing, state, shows_going, is_visible, hides_here }) => {
    const part = ['approved', 'pending', 'waitlist', 'checked_in'].includes(standing)
    one('[data-seen]').hidden = !part || state !== 'published'
    one('[data-seen-switch]').hidden = !shows_going || !is_visible
    one('[data-seen-off]').hidden = shows_going && is_visible
    box.checked = !hides_here
  }
}
