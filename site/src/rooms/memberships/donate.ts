import { openDoor } from '../../lib/doors.ts'
import { one, onSubmit, text } from '../../lib/forms.ts'
import { Problem } from '../../lib/problem.ts'
import { hideAddressWhenSignedIn } from './join.ts'

/** Whole cents of what was typed, or a Problem at the field. */
function cents(typed: string): number {
  const amount = Math.round(Number(typed) * 100)
  if (!typed || !Number.isSafeInteger(amount) || amount <= 0)
    throw new Problem('Say how much you want to give', { field: 'other' })
  return amount
}

/** The donation page: an amount, once or monthly, then the payment page. */
export function startDonate(): void {
  const form = one<HTMLFormElement>('#donate')
  const other = one('#other')
  const follow = () => {
    other.hidden = new FormData(form).get('amount') !== 'other'
  }
  form.addEventListener('change', follow)
  follow()
  void hideAddressWhenSignedIn()
  onSubmit(form, async (data) => {
    const picked = text(data, 'amount')
    if (!picked)
      throw new Problem('Choose an amount, or “Other” and your own', { field: 'donation.amount' })
    const optional = ['note', 'in_honour_of']
      .map((name) => [name, text(data, name)])
      .filter(([, value]) => value)
    const email = text(data, 'email')
    const url = await openDoor('memberships/checkout', {
      donation: {
        amount: cents(picked === 'other' ? text(data, 'other') : picked),
        currency: form.dataset.currency,
        interval: text(data, 'interval'),
        ...Object.fromEntries(optional),
      },
      website: text(data, 'website'),
      return_path: '/donate/',
      ...(email ? { email } : {}),
    })
    location.assign(url)
    return undefined
  })
}
