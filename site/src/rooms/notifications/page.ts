import { one } from '../../lib/forms.ts'
import { sentence } from '../../lib/problem.ts'
import { noMember, openRoom, show } from '../../lib/room.ts'
import { say } from '../../lib/toast.ts'
import { type Channel, type Consents, readConsents, setConsent } from './data.ts'
import { isOn, mailchimpSays, told, unsaid } from './words.ts'

const card = (channel: Channel) => one(`[data-channel=${channel}]`)

/** The page of what may reach her, by which way, and since when. */
export function startNotifications(): void {
  for (const box of document.querySelectorAll<HTMLInputElement>('[data-channel] input')) {
    box.addEventListener('change', () => void turn(box))
  }
  openRoom(async () => {
    const consents = await readConsents()
    if (!consents) return noMember()
    fill(consents)
    show('ready')
  })
}

/** A switch was turned: the answer is recorded, or the switch goes back and says why. */
async function turn(box: HTMLInputElement): Promise<void> {
  const channel = box.name as Channel
  const problem = one('[data-problem]', card(channel))
  problem.textContent = ''
  box.disabled = true
  try {
    await setConsent(channel, box.checked)
    const consents = await readConsents()
    if (consents) fill(consents)
    say(box.checked ? 'Noted: yes.' : 'Noted: no.')
  } catch (error) {
    box.checked = !box.checked
    problem.textContent = sentence(error)
  } finally {
    box.disabled = false
    box.focus()
  }
}

function fill(consents: Consents): void {
  for (const { channel, history } of consents.channels) {
    const place = card(channel)
    one<HTMLInputElement>('input', place).checked = isOn(channel, history)
    const [newest, ...older] = history
    one('[data-now]', place).textContent = newest ? told(newest) : unsaid[channel]
    const details = one('details', place)
    details.hidden = older.length === 0
    one('ol', details).replaceChildren(
      ...older.map((consent) => {
        const item = document.createElement('li')
        item.textContent = told(consent)
        return item
      }),
    )
  }
  const { text, isBlocked } = mailchimpSays(consents)
  const says = one('[data-mailchimp]')
  says.textContent = text
  says.classList.toggle('notice', isBlocked)
  one('[data-to=email]').textContent = `To ${consents.email}`
  one('[data-to=whatsapp]').textContent = consents.phone
    ? `To ${consents.phone}`
    : 'We have no number of yours yet.'
}
