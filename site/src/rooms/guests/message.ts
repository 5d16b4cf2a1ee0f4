import { startDialog } from '../../lib/dialog.ts'
import { one, onSubmit, text } from '../../lib/forms.ts'
import { count } from '../hosting/words.ts'
import { type GuestCounts, type GuestStatus, messageGuests } from './data.ts'

/** A message to guests: their addresses stay where they are. What is typed stays when it could not be sent. */
export function startMessage(
  id: string,
  counts: () => GuestCounts,
  said: (words: string) => void,
): void {
  const dialog = startDialog('message')
  const form = one<HTMLFormElement>('#message-form')
  const words = one<HTMLTextAreaElement>('#words')
  one('[data-write]').addEventListener('click', () => {
    const { approved, pending, waitlist } = counts()
    const numbers = { approved, pending, waitlist, all: approved + pending + waitlist }
    for (const radio of form.querySelectorAll<HTMLInputElement>('[name="to_status"]'))
      radio.disabled = numbers[radio.value as keyof typeof numbers] === 0
    dialog.open()
    words.focus()
  })
  onSubmit(form, async (data) => {
    const told = await messageGuests(
      id,
      text(data, 'to_status') as GuestStatus | 'all',
      words.value.trim(),
    )
    words.value = ''
    dialog.close()
    said(`Your message is on its way to ${count(told, 'guest')}.`)
    return undefined
  })
}
