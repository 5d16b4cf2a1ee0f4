import { one, onSubmit, text } from '../../lib/forms.ts'
import { ownPath, rememberReturn, takeReturn } from '../../lib/return_to.ts'
import { session } from '../../lib/supabase.ts'
import { enterCode, mailCode } from './data.ts'

/** The sign-in page: an address, then the code that was mailed to it, then back to where one came from. */
export function startSignIn(): void {
  const next = ownPath(new URLSearchParams(location.search).get('next'), location.origin)
  let address = ''
  const leave = () => location.replace(next)
  // Who is offline can still type an address; asking for the code says what is wrong.
  void session().then(
    (current) => current && leave(),
    () => {},
  )
  onSubmit(one<HTMLFormElement>('#ask'), async (data) => {
    address = text(data, 'email')
    await mailCode(address)
    // The mailed link opens without knowing where one came from.
    rememberReturn(next)
    one('[data-address]').textContent = address
    step('code')
    return undefined
  })
  const verify = one<HTMLFormElement>('#verify')
  onSubmit(verify, async (data) => {
    await enterCode(address, text(data, 'code'))
    takeReturn(location.origin)
    leave()
    return undefined
  })
  sendWhenWhole(verify)
  one('#again').addEventListener('click', () => step('address'))
  // The link in the mail may have been pressed in another tab of this browser: then this one goes on as well.
  addEventListener('storage', ({ key, newValue }) => {
    if (key === 'commons-session' && newValue) leave()
  })
}

/** Sends the code as soon as six digits are in, each code once: a wrong one is not sent again by itself. */
function sendWhenWhole(form: HTMLFormElement): void {
  const field = one<HTMLInputElement>('[name=code]', form)
  let sent = ''
  field.addEventListener('input', () => {
    const digits = field.value.replace(/\D/g, '')
    if (digits.length !== 6 || digits === sent) return
    sent = digits
    field.value = digits
    form.requestSubmit()
  })
}

function step(name: 'address' | 'code'): void {
  one('#sign-in').dataset.step = name
  for (const part of document.querySelectorAll<HTMLElement>('[data-step-of]')) {
    part.hidden = part.dataset.stepOf !== name
  }
  const field = one<HTMLInputElement>(`[data-step-of="${name}"] input`)
  if (name === 'code') field.value = ''
  field.focus()
}
