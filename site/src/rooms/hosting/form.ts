import { one } from '../../lib/forms.ts'
import { later, zones } from '../../lib/zones.ts'
import type { GuestPolicy, ToEdit, Visibility } from './data.ts'
import type { Draft } from './draft.ts'
import { fillQuestions, readQuestions } from './questions.ts'

const texts = [
  'title',
  'description',
  'place',
  'meeting_url',
  'region',
  'category',
  'capacity',
  'cover_url',
  'recording_url',
  'thanks',
] as const

export const form = () => one<HTMLFormElement>('#event')
const control = (name: string) => form().elements.namedItem(name)
const input = (name: string) => control(name) as HTMLInputElement
const chosen = (name: string) => (control(name) as RadioNodeList).value

const digits = () => input('capacity').value.replace(/\D/g, '')

/** Seats are a number: what is none goes when the field is left. */
export function tidySeats(): void {
  input('capacity').value = digits()
}

/** The draft as it stands in the form. */
export function readForm(): Draft {
  const trimmed = (name: string) => input(name).value.trim()
  return {
    title: trimmed('title'),
    description: input('description').value,
    when: {
      starts: input('starts_at').value,
      ends: input('ends_at').value,
      zone: input('time_zone').value,
    },
    place: trimmed('place'),
    meeting_url: trimmed('meeting_url'),
    region: input('region').value,
    category: input('category').value,
    visibility: chosen('visibility') as Visibility,
    capacity: digits(),
    approval_required: input('approval_required').checked,
    guest_policy: chosen('guest_policy') as GuestPolicy | '',
    cover_url: trimmed('cover_url'),
    questions: readQuestions(),
    recording_url: trimmed('recording_url'),
    thanks: input('thanks').value,
  }
}

/** Shows a draft in the form, without touching what is the same already: the caret stays where it is. */
export function fillForm(draft: Draft): void {
  const now = readForm()
  for (const name of texts) if (now[name] !== draft[name]) input(name).value = draft[name]
  const { starts, ends, zone } = draft.when
  if (now.when.zone !== zone) offerZone(zone)
  if (now.when.starts !== starts) input('starts_at').value = starts
  if (now.when.ends !== ends) input('ends_at').value = ends
  for (const name of ['visibility', 'guest_policy'] as const)
    for (const radio of form().querySelectorAll<HTMLInputElement>(`[name="${name}"]`))
      radio.checked = radio.value === draft[name]
  input('approval_required').checked = draft.approval_required
  if (JSON.stringify(now.questions) !== JSON.stringify(draft.questions))
    fillQuestions(draft.questions)
}

function offerZone(zone: string): void {
  const list = input('time_zone') as unknown as HTMLSelectElement
  if (![...list.options].some(({ value }) => value === zone)) list.add(new Option(zone, zone))
  list.value = zone
}

function offer(name: string, options: [value: string, label: string][]): void {
  const list = control(name) as HTMLSelectElement
  list.replaceChildren(
    ...(name === 'time_zone' ? [] : [new Option('None', '')]),
    ...options.map(([value, label]) => new Option(label, value)),
  )
}

/** Offers what there is to choose from. */
export function offerChoices({ regions, categories, guest_policy }: ToEdit): void {
  offer(
    'time_zone',
    zones().map((zone) => [zone, zone.replaceAll('_', ' ')]),
  )
  offer(
    'region',
    regions.map(({ name, is_mine }) => [name, is_mine ? `${name} (yours)` : name]),
  )
  offer(
    'category',
    categories.map((name) => [name, name]),
  )
  one('[data-community-policy]').textContent =
    guest_policy === 'pending'
      ? 'Now: they wait for you'
      : 'Now: they are declined kindly, with the way to join'
}

const evening = 90 // minutes that a gathering lasts when nobody says otherwise

/** A start brings an end with it, until somebody says when it ends. */
export function suggestEnd(): void {
  const [starts, ends] = [input('starts_at'), input('ends_at')]
  if (starts.value && (ends.value === '' || ends.value <= starts.value))
    ends.value = later(starts.value, evening)
}

/** Somebody from outside of the community can come only when a host may let her in. */
export function suggestPolicy(): void {
  if (chosen('visibility') !== 'public' || !input('approval_required').checked) return
  if (chosen('guest_policy') !== '') return
  for (const radio of form().querySelectorAll<HTMLInputElement>('[name="guest_policy"]'))
    radio.checked = radio.value === 'pending'
}

/** Takes away what was said about one field, or about all of them. */
export function clearErrors(field?: string): void {
  const places = field
    ? form().querySelectorAll(`[data-error-for="${CSS.escape(field)}"]`)
    : form().querySelectorAll('.error')
  for (const place of places) {
    place.textContent = ''
    for (const told of form().querySelectorAll(`[aria-describedby~="${place.id}"]`))
      told.removeAttribute('aria-invalid')
  }
}
