import { startDialog } from '../../lib/dialog.ts'
import { one } from '../../lib/forms.ts'
import { sentence } from '../../lib/problem.ts'
import { say } from '../../lib/toast.ts'
import { day } from '../../lib/words.ts'
import { type Feed, type MyCalendar, makeFeed, revokeFeed, showGoing } from './data.ts'

const url = import.meta.env.PUBLIC_SUPABASE_URL ?? ''

/** The private address that calendar programs ask. */
export const feedAddress = (token: string): string => `${url}/functions/v1/events/feed/${token}.ics`

/** Runs what a button does, once at a time; what goes wrong is said beside it. */
async function press(button: HTMLButtonElement, trouble: HTMLElement, action: () => Promise<void>) {
  if (button.ariaBusy === 'true') return
  button.ariaBusy = 'true'
  trouble.textContent = ''
  try {
    await action()
  } catch (error) {
    trouble.textContent = sentence(error)
  } finally {
    button.ariaBusy = 'false'
  }
}

/** One's own settings beside the calendar: who sees that one goes, and the private address. */
export function startSettings(): (mine: MyCalendar) => void {
  const shows = one<HTMLInputElement>('#switch-shows_going')
  const hidden = one('[data-unlisted]')
  const trouble = one('[data-shows-trouble]')
  let listed = true
  const explain = () => {
    hidden.hidden = listed || !shows.checked
  }
  shows.addEventListener('change', async () => {
    trouble.textContent = ''
    shows.disabled = true
    try {
      await showGoing(shows.checked)
      say(shows.checked ? 'Members see where you go.' : 'Nobody sees where you go.')
    } catch (error) {
      shows.checked = !shows.checked
      trouble.textContent = sentence(error)
    } finally {
      shows.disabled = false
      shows.focus()
      explain()
    }
  })
  const fillFeed = startFeed()
  return (mine) => {
    listed = mine.is_visible
    shows.checked = mine.shows_going
    explain()
    fillFeed(mine.feed)
  }
}

/** The dialog that makes, shows once and takes back the private address. */
function startFeed(): (feed: Feed | null) => void {
  const dialog = startDialog('feed')
  const trouble = one('[data-feed-trouble]')
  const make = one<HTMLButtonElement>('[data-feed-make]')
  const revoke = one<HTMLButtonElement>('[data-feed-revoke]')
  const address = one<HTMLInputElement>('[data-feed-address]')
  const copy = one<HTMLButtonElement>('[data-feed-copy]')
  const open = one<HTMLAnchorElement>('[data-feed-open]')

  let current: Feed | null = null

  /** made: the address, known in this moment only. */
  function fill(feed: Feed | null, made: string | null): void {
    one('[data-feed-now]').textContent = feed === null ? '' : told(feed)
    one('[data-feed-now]').hidden = feed === null || made !== null
    one('[data-feed-made]').hidden = made === null
    revoke.hidden = feed === null
    make.hidden = made !== null
    make.textContent = feed === null ? 'Make my private address' : 'Make a new address'
    address.value = made ?? ''
    copy.textContent = 'Copy'
    if (made) open.href = made.replace(/^https?:/, 'webcal:')
    else open.removeAttribute('href')
  }

  one('[data-feed-dialog]').addEventListener('click', dialog.open)
  make.addEventListener('click', () =>
    press(make, trouble, async () => {
      const { token, created_at } = await makeFeed()
      current = { created_at, last_read_on: null }
      fill(current, feedAddress(token))
      address.focus()
      address.select()
    }),
  )
  revoke.addEventListener('click', () =>
    press(revoke, trouble, async () => {
      await revokeFeed()
      current = null
      fill(null, null)
      dialog.close()
      say('Taken back. That address leads nowhere now.')
    }),
  )
  copy.addEventListener('click', async () => {
    address.select()
    // A browser may keep the clipboard to itself.
    const copied = await navigator.clipboard?.writeText(address.value).then(
      () => true,
      () => false,
    )
    copy.textContent = copied ? 'Copied' : 'Selected: copy it with your keyboard'
  })
  one<HTMLDialogElement>('#feed').addEventListener('close', () => {
    // What was shown once is gone from the page with the dialog.
    if (address.value) fill(current, null)
  })
  return (feed) => {
    current = feed
    fill(feed, null)
  }
}

function told({ created_at, last_read_on }: Feed): string {
  const read = last_read_on
    ? `A calendar program last asked on ${day(last_read_on)}.`
    : 'No calendar program has asked yet.'
  return `You made an address on ${day(created_at)}. ${read} It cannot be shown again; a new one takes its place.`
}
