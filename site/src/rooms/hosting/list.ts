import { one } from '../../lib/forms.ts'
import { rememberLeader } from '../../lib/role.ts'
import { fail, openRoom, show } from '../../lib/room.ts'
import { type Idea, type Listed, readIdeas, readListed, type Stage, type Whose } from './data.ts'
import { showIdeas } from './ideas.ts'
import { count, guestWords, moment, standing, tile, visibilityWord, zoneWord } from './words.ts'

const stages: readonly string[] = ['upcoming', 'draft', 'past', 'canceled']
const circles: readonly string[] = ['regions', 'mine', 'all']
let last: Listed | undefined
let chosen = { stage: 'upcoming' as Stage, whose: 'regions' as Whose }
let asked = 0

/** The events of leaders; which of them stands in the address. */
export function startList(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-show]'))
    button.addEventListener('click', () => go({ ...chosen, stage: button.value as Stage }))
  const whose = one<HTMLSelectElement>('#whose')
  whose.addEventListener('change', () => go({ ...chosen, whose: whose.value as Whose }))
  one('#more').addEventListener('click', () => void more().catch(fail))
  addEventListener('popstate', () => void find().catch(fail))
  openRoom(() => find(readIdeas))
}

function go(wanted: typeof chosen): void {
  if (wanted.stage === chosen.stage && wanted.whose === chosen.whose) return
  const query = new URLSearchParams()
  if (wanted.stage !== 'upcoming') query.set('show', wanted.stage)
  if (wanted.whose !== 'regions') query.set('whose', wanted.whose)
  history.pushState(null, '', query.size > 0 ? `?${query}` : '/lead/events/')
  void find().catch(fail)
}

async function find(alsoRead?: () => Promise<Idea[]>): Promise<void> {
  const query = new URLSearchParams(location.search)
  const known = (given: string | null, all: readonly string[]) =>
    given && all.includes(given) ? given : (all[0] ?? '')
  chosen = {
    stage: known(query.get('show'), stages) as Stage,
    whose: known(query.get('whose'), circles) as Whose,
  }
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-show]'))
    button.ariaPressed = String(button.value === chosen.stage)
  one<HTMLSelectElement>('#whose').value = chosen.whose
  const mine = ++asked
  // At once, so that nothing moves afterwards.
  const [found, ideas] = await Promise.all([readListed(chosen, undefined), alsoRead?.()])
  if (ideas) showIdeas(ideas)
  if (mine !== asked) return
  rememberLeader()
  one('[data-listed]').replaceChildren()
  add(found)
  const { length } = found.events
  const waiting = found.events.reduce((sum, { pending }) => sum + pending, 0)
  one('[data-found]').textContent = [
    found.more ? `${length} or more events` : count(length, 'event'),
    waiting > 0 ? `${count(waiting, 'guest waits', 'guests wait')} for a decision` : '',
  ]
    .filter(Boolean)
    .join(' · ')
  show(length === 0 ? 'empty' : 'ready')
}

async function more(): Promise<void> {
  const before = one('[data-listed]').childElementCount
  add(await readListed(chosen, last))
  one('[data-listed]').children[before]?.querySelector<HTMLElement>('a')?.focus()
}

function add({ events, more: isMore }: { events: Listed[]; more: boolean }): void {
  one('[data-listed]').append(...events.map(row))
  last = events.at(-1) ?? last
  one('#more').hidden = !isMore
}

function row(event: Listed): DocumentFragment {
  const part = one<HTMLTemplateElement>('#listed').content.cloneNode(true) as DocumentFragment
  const put = (name: string, words: string) => {
    const place = one(`[data-${name}]`, part)
    place.textContent = words
    place.hidden = words === ''
  }
  const day = event.starts_at
    ? tile(event.starts_at, event.time_zone)
    : { month: '', date: '?', weekday: '' }
  for (const [name, words] of Object.entries(day)) one(`[data-${name}]`, part).textContent = words
  const title = one<HTMLAnchorElement>('[data-title]', part)
  title.textContent = event.title || 'Without a title yet'
  title.href = `/lead/events/edit/?id=${event.id}`
  const [word, look] = standing(event)
  const stage = one('[data-stage]', part)
  stage.textContent = word
  stage.className = look
  put('visibility', event.visibility === 'member' ? '' : visibilityWord[event.visibility])
  one('[data-series]', part).hidden = event.series_id === null
  put(
    'when-words',
    event.starts_at
      ? `${moment(event.starts_at, event.time_zone)}, ${zoneWord(event.time_zone)}`
      : 'Without a date yet',
  )
  put('more', [event.place, event.region, event.written_by].filter(Boolean).join(' · '))
  // What is tried again by itself needs nobody's look.
  put('note', event.luma_state === 'failed' ? (event.luma_error ?? '') : '')
  guests(event, part)
  return part
}

function guests(event: Listed, part: DocumentFragment): void {
  const place = one('.led-guests', part)
  place.hidden = event.stage === 'draft'
  if (place.hidden) return
  one('[data-guest-words]', part).textContent = guestWords(event)
  const meter = one('[data-meter]', part)
  meter.hidden = event.capacity === null
  if (event.capacity)
    one('.taken', part).setAttribute(
      'width',
      String(Math.min(100, Math.round((100 * event.approved) / event.capacity))),
    )
  const link = one<HTMLAnchorElement>('[data-guests]', part)
  link.hidden = !event.may_edit
  link.href = `/lead/events/guests/?id=${event.id}`
  if (event.pending > 0) {
    link.href += '&show=pending'
    link.textContent = `${count(event.pending, 'waits', 'wait')} for you`
    link.classList.remove('button-quiet')
  }
}
