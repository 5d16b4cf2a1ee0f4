import { one } from '../../lib/forms.ts'
import { moment } from '../hosting/words.ts'
import type { Guest } from './data.ts'

/** What a guest answered, as label and value. Luma's list is taken for what it is: anything. */
export function answersOf(answers: unknown): [string, string][] {
  if (!Array.isArray(answers)) return []
  return answers.flatMap((each) => {
    const { label, value } = (each ?? {}) as { label?: unknown; value?: unknown }
    if (typeof label !== 'string' || value === null || value === undefined || value === '')
      return []
    const said =
      value === true
        ? 'Yes'
        : value === false
          ? 'No'
          : Array.isArray(value)
            ? value.join(', ')
            : String(value)
    return [[label, said] as [string, string]]
  })
}

/** One guest: why she stands as she does, and what may be done; at the door one large button. */
export function guestRow(guest: Guest, atTheDoor: boolean): DocumentFragment {
  const part = one<HTMLTemplateElement>('#guest').content.cloneNode(true) as DocumentFragment
  const { name, status, waitlist_place } = guest
  one('.guest', part).dataset.guest = String(guest.guest_id)
  one('[data-name]', part).textContent = name
  one('[data-pick-name]', part).textContent = `Choose ${name}`
  one('[data-pick]', part).hidden = atTheDoor || status === 'invited'
  one('[data-member]', part).hidden = !guest.is_entitled
  one('[data-paid]', part).hidden = !guest.is_paid
  const place = one('[data-place]', part)
  place.hidden = waitlist_place === null
  place.textContent = `Number ${waitlist_place} in line`
  one('[data-registered]', part).textContent =
    guest.registered_at && !atTheDoor ? `Registered ${moment(guest.registered_at)}` : ''
  const why = one('[data-why]', part)
  why.textContent = guest.why
  why.hidden = atTheDoor
  const answers = answersOf(guest.answers)
  const list = one('[data-answers]', part)
  list.hidden = atTheDoor || answers.length === 0
  list.append(
    ...answers.flatMap(([label, said]) => {
      const term = document.createElement('dt')
      term.textContent = label
      const text = document.createElement('dd')
      text.textContent = said
      return [term, text]
    }),
  )
  for (const button of part.querySelectorAll<HTMLButtonElement>('[data-act]')) {
    const act = button.dataset.act
    button.hidden =
      atTheDoor ||
      status === 'invited' ||
      act === status ||
      (act === 'pending' && (status === 'declined' || status === 'pending'))
    button.setAttribute('aria-label', `${button.textContent}: ${name}`)
  }
  const came = one<HTMLButtonElement>('[data-came]', part)
  came.hidden = !atTheDoor
  showCame(came, guest)
  return part
}

/** The button at the door: pressed when she is here. */
export function showCame(button: HTMLButtonElement, { name, checked_in_at }: Guest): void {
  button.ariaPressed = String(checked_in_at !== null)
  button.textContent = checked_in_at ? 'Here' : 'Check in'
  button.setAttribute('aria-label', `${checked_in_at ? 'Here' : 'Check in'}: ${name}`)
  button.classList.toggle('button-quiet', checked_in_at === null)
}
