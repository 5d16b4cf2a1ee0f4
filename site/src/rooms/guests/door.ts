import { one } from '../../lib/forms.ts'
import { checkIn, type Guest, type GuestCounts } from './data.ts'
import { showCame } from './row.ts'

interface DoorDeps {
  id: string
  guests(): Guest[]
  counts(): GuestCounts
  wrong(error: unknown): void
}

/** How many are here, in large figures for one glance. */
export function showHere(atTheDoor: boolean, { checked_in, approved }: GuestCounts): void {
  const place = one('[data-here]')
  place.hidden = !atTheDoor
  const figure = document.createElement('b')
  figure.textContent = String(checked_in)
  place.replaceChildren(figure, ` of ${approved} are here`)
}

/** Check-in: shown at once, and taken back when it could not be noted. */
export function startDoor({ id, guests, counts, wrong }: DoorDeps): void {
  one('[data-guests]').addEventListener('click', async ({ target }) => {
    const button = (target as Element).closest<HTMLButtonElement>('[data-came]')
    const number = Number(button?.closest<HTMLElement>('[data-guest]')?.dataset.guest)
    const guest = guests().find(({ guest_id }) => guest_id === number)
    if (!button || !guest || button.ariaBusy === 'true') return
    button.ariaBusy = 'true'
    wrong(undefined)
    const was = guest.checked_in_at
    const put = (checked_in_at: string | null) => {
      if ((checked_in_at === null) !== (guest.checked_in_at === null))
        counts().checked_in += checked_in_at === null ? -1 : 1
      guest.checked_in_at = checked_in_at
      showCame(button, guest)
      showHere(true, counts())
    }
    put(was === null ? new Date().toISOString() : null)
    try {
      put(await checkIn(id, guest.guest_id, was === null))
    } catch (error) {
      put(was)
      wrong(error)
    } finally {
      button.ariaBusy = 'false'
    }
  })
}
