import { one, onSubmit } from '../../lib/forms.ts'
import { takeReturn } from '../../lib/return_to.ts'
import { enterLink } from './data.ts'

const types = ['email', 'invite', 'recovery', 'email_change'] as const

/** Where the mailed link lands. Opening it changes nothing; the button redeems it. */
export function startConfirm(): void {
  const query = new URLSearchParams(location.search)
  const hash = query.get('token_hash')
  const type = types.find((known) => known === query.get('type'))
  one('#confirm').dataset.state = hash && type ? 'ready' : 'failed'
  if (!hash || !type) return
  onSubmit(one<HTMLFormElement>('#finish'), async () => {
    await enterLink(hash, type)
    location.replace(takeReturn(location.origin))
    return undefined
  })
}
