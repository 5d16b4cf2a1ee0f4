import { one, onSubmit } from '../../lib/forms.ts'
import { stopMails } from './data.ts'

/** Where the link in a mail lands. Opening it changes nothing; the button does. Nobody has to be signed in. */
export function startUnsubscribe(): void {
  const word = location.hash.slice(1)
  const isWhole = /^[\w-]{43}$/.test(word)
  one('#unsubscribe').dataset.state = isWhole ? 'ready' : 'failed'
  if (!isWhole) return
  onSubmit(one<HTMLFormElement>('#stop'), async () => {
    await stopMails(word)
    one('#ask').hidden = true
    one('#stopped').hidden = false
    one('#stopped h1').focus()
    return undefined
  })
}
