import { one, onSubmit, text } from '../../lib/forms.ts'
import { ownPath, rememberReturn, takeReturn } from '../../lib/return_to.ts'
import { session } from '../../lib/supabase.ts'
import { enterCode, mailCode } from './data.ts'

/** The sign-in page: an address, then the code that was mailed to it, then back to where one came from. */
export function startSignIn(): void {
  const next = ownPath(new URLSearchParams(location.search).get('next'), location.origin)
  let address = ''
  void session().then((current) => {
    if (current) location.replace(next)
  })
  onSubmit(one<HTMLFormElement>('#ask'), async (data) => {
    address = text(data, 'email')
    await mailCode(address)
    // The mailed link opens without knowing where one came from.
    rememberReturn(next)
    one('[data-address]').textContent = address
    step('code')
    return undefined
  })
  onSubmit(one<HTMLFormElement>('#verify'), async (data) => {
    await enterCode(address, text(data, 'code'))
    takeReturn(location.origin)
    location.replace(next)
    return undefined
  })
  one('#again').addEventListener('click', () => step('address'))
}

function step(name: 'address' | 'code'): void {
  one('#sign-in').dataset.step = name
  for (const part of document.querySelectorAll<HTMLElement>('[data-step-of]')) {
    part.hidden = part.dataset.stepOf !== name
  }
  one<HTMLInputElement>(`[data-step-of="${name}"] input`).focus()
}
