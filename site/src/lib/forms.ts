import { Problem, sentence } from './problem.ts'

/** The one element that a selector names. Throws when a page and its script disagree. */
export function one<Kind extends Element = HTMLElement>(
  selector: string,
  within: ParentNode = document,
): Kind {
  const found = within.querySelector<Kind>(selector)
  if (!found) throw new Error(`${selector} is missing`)
  return found
}

function clear(form: HTMLFormElement): void {
  for (const place of form.querySelectorAll('.error, .form-done')) place.textContent = ''
  for (const field of form.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid')
}

/** Says what is wrong beside the field that it is about, or above the button. Returns the fields that it is about. */
export function sayProblem(form: HTMLFormElement, error: unknown): HTMLElement[] {
  const name = error instanceof Problem ? error.field : undefined
  const place = name
    ? form.querySelector<HTMLElement>(`[data-error-for="${CSS.escape(name)}"]`)
    : null
  const shown = place ?? one('.form-error', form)
  shown.textContent = sentence(error)
  if (!place) return []
  const fields = [...form.querySelectorAll<HTMLElement>(`[aria-describedby~="${place.id}"]`)]
  for (const field of fields) field.setAttribute('aria-invalid', 'true')
  return fields
}

/** Says what is wrong, and moves the focus there. */
export function showProblem(form: HTMLFormElement, error: unknown): void {
  const fields = sayProblem(form, error)
  const target = fields.find((field) => field.matches(':checked')) ?? fields[0]
  target?.focus()
}

/**
 * Runs an action when the form is sent: once at a time, the button busy meanwhile. What the action
 * throws is shown in the form; a sentence that it returns is announced as done. On a page that shows
 * its form before this script has come the button is disabled until now: pressed earlier, the browser
 * would send the form by itself, with what was typed in the address.
 */
export function onSubmit(
  form: HTMLFormElement,
  action: (data: FormData) => Promise<string | undefined>,
): void {
  const button = one<HTMLButtonElement>('button[type="submit"]', form)
  form.noValidate = true
  button.disabled = false
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (button.ariaBusy === 'true') return
    clear(form)
    button.ariaBusy = 'true'
    try {
      const invalid = [...form.elements].find(
        (field) =>
          field instanceof HTMLInputElement && field.checkVisibility() && !field.validity.valid,
      )
      if (invalid instanceof HTMLInputElement) {
        throw new Problem(invalid.dataset.wrong ?? invalid.validationMessage, {
          field: invalid.dataset.field ?? invalid.name,
        })
      }
      const done = await action(new FormData(form))
      if (done) one('.form-done', form).textContent = done
    } catch (error) {
      showProblem(form, error)
    } finally {
      button.ariaBusy = 'false'
    }
  })
}

/** A text field's content without spaces around it. */
export const text = (data: FormData, name: string): string => String(data.get(name) ?? '').trim()
