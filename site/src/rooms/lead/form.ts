import { one } from '../../lib/forms.ts'
import type { Topic } from '../members/data.ts'
import type { Kind } from '../resources/data.ts'
import type { Audience } from './data.ts'
import type { Draft } from './draft.ts'

const texts = ['title', 'summary', 'url', 'video_url', 'review_by'] as const

const form = () => one<HTMLFormElement>('#resource')
const control = (name: string) => form().elements.namedItem(name)
const input = (name: string) => control(name) as HTMLInputElement
const chosen = (name: string) => (control(name) as RadioNodeList).value

// The file has no field of its own: what was sent stands here.
let file = { file_path: '', file_name: '' }

/** The file that was sent, or none. */
export function setFile(path: string, name: string): void {
  file = { file_path: path, file_name: name }
}

/** The draft as it stands in the form. */
export function readForm(): Draft {
  const boxes = form().querySelectorAll<HTMLInputElement>('[name="topics"]:checked')
  return {
    kind: chosen('kind') as Kind,
    title: input('title').value.trim(),
    summary: input('summary').value,
    topics: [...boxes].map(({ value }) => value),
    audience: chosen('audience') as Audience,
    url: input('url').value.trim(),
    video_url: input('video_url').value.trim(),
    has_captions: input('has_captions').checked,
    review_by: input('review_by').value,
    ...file,
  }
}

/** Shows a draft in the form, without touching what is the same already: the caret stays where it is. */
export function fillForm(draft: Draft): void {
  const now = readForm()
  for (const name of texts) if (now[name] !== draft[name]) input(name).value = draft[name]
  for (const name of ['kind', 'audience'] as const)
    for (const radio of form().querySelectorAll<HTMLInputElement>(`[name="${name}"]`))
      radio.checked = radio.value === draft[name]
  input('has_captions').checked = draft.has_captions
  for (const box of form().querySelectorAll<HTMLInputElement>('[name="topics"]'))
    box.checked = draft.topics.includes(box.value)
  setFile(draft.file_path, draft.file_name)
  showKind(draft.kind)
}

/** Shows the fields that belong to a kind. */
export function showKind(kind: Kind): void {
  for (const part of form().querySelectorAll<HTMLElement>('[data-for]'))
    part.hidden = part.dataset.for !== kind
}

/** Offers the topics to choose from. */
export function offerTopics(topics: Topic[]): void {
  const boxes = topics.map(({ topic, name }) => {
    const label = document.createElement('label')
    label.className = 'chip'
    const box = document.createElement('input')
    box.type = 'checkbox'
    box.name = 'topics'
    box.value = topic
    box.setAttribute('aria-describedby', 'topics-hint topics-error')
    label.append(box, name)
    return label
  })
  one('[data-topics]').replaceChildren(...boxes)
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
