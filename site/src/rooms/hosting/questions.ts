import { one } from '../../lib/forms.ts'
import type { Question } from './data.ts'

const most = 10
const list = () => one('[data-questions]')

/** What guests are asked, as it stands in the form; rows without words are none. */
export function readQuestions(): Question[] {
  return [...list().children]
    .map((row) => ({
      label: one<HTMLInputElement>('[data-label]', row).value.trim(),
      type: one<HTMLSelectElement>('[data-type]', row).value as Question['type'],
      required: one<HTMLInputElement>('[data-required]', row).checked,
    }))
    .filter(({ label }) => label !== '')
}

export function fillQuestions(questions: Question[]): void {
  list().replaceChildren()
  for (const question of questions) add(question)
  limit()
}

function limit(): void {
  one('[data-add-question]').hidden = list().childElementCount >= most
}

function add(question: Question): HTMLElement {
  const part = one<HTMLTemplateElement>('#question').content.cloneNode(true) as DocumentFragment
  const row = part.firstElementChild as HTMLElement
  const label = one<HTMLInputElement>('[data-label]', row)
  label.value = question.label
  one<HTMLSelectElement>('[data-type]', row).value = question.type
  one<HTMLInputElement>('[data-required]', row).checked = question.required
  list().append(part)
  return row
}

/** Rows to add and take away. touched: something changed that the browser does not tell of by itself. */
export function startQuestions(touched: () => void): void {
  const button = one<HTMLButtonElement>('[data-add-question]')
  button.addEventListener('click', () => {
    const row = add({ label: '', type: 'text', required: false })
    one('[data-label]', row).focus()
    limit()
  })
  list().addEventListener('click', ({ target }) => {
    const row = (target as Element).closest('[data-remove-question]')?.closest('li')
    if (!row) return
    const next = row.nextElementSibling ?? row.previousElementSibling
    row.remove()
    limit()
    const place = next?.querySelector<HTMLElement>('[data-label]') ?? button
    place.focus()
    touched()
  })
}
