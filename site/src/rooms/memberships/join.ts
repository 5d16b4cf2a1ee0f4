import { accessToken, openDoor } from '../../lib/doors.ts'
import { one, onSubmit, text } from '../../lib/forms.ts'

/** The join page: pick a tier, then go to the payment page. */
export function startJoin(): void {
  const form = one<HTMLFormElement>('#join')
  const wanted = new URLSearchParams(location.search).get('tier')
  const choice = [...form.querySelectorAll<HTMLInputElement>('[name=tier]')].find(
    ({ value }) => value === wanted,
  )
  if (choice) choice.checked = true
  void hideAddressWhenSignedIn()
  onSubmit(form, async (data) => {
    const email = text(data, 'email')
    const url = await openDoor('memberships/checkout', {
      tier: text(data, 'tier'),
      website: text(data, 'website'),
      return_path: '/join/',
      ...(email ? { email } : {}),
    })
    location.assign(url)
    return undefined
  })
}

/** A signed-in buyer's own id travels with the payment, so her address is not asked for. */
export async function hideAddressWhenSignedIn(): Promise<void> {
  const signedIn = (await accessToken().catch(() => undefined)) !== undefined
  one('#buyer').hidden = signedIn
  one('#signed-in').hidden = !signedIn
}
