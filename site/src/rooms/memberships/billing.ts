import { openDoor } from '../../lib/doors.ts'
import { one } from '../../lib/forms.ts'
import { sentence } from '../../lib/problem.ts'

/** Where Stripe's pages lead back to, with the sign that something may have changed there. */
const back = '/account/?billing'
// Milliseconds between two looks at what changed: Stripe mostly tells within a second, and within a minute when it is busy.
const looks = [300, 700, 1500, 3000, 6000, 10_000, 20_000, 20_000]

/** Makes every button with data-portal open its step of the billing page. What fails is said at data-portal-error. */
export function startBilling(within: ParentNode = document): void {
  for (const button of within.querySelectorAll<HTMLButtonElement>('[data-portal]')) {
    button.addEventListener('click', () => void openPortal(button))
  }
}

async function openPortal(button: HTMLButtonElement): Promise<void> {
  if (button.ariaBusy === 'true') return
  const places = document.querySelectorAll('[data-portal-error]')
  for (const place of places) place.textContent = ''
  button.ariaBusy = 'true'
  const { portal: flow, tier } = button.dataset
  try {
    const asked = { return_path: back, ...(flow ? { flow } : {}), ...(tier ? { tier } : {}) }
    location.assign(await openDoor('memberships/portal', asked))
  } catch (error) {
    const near = button.closest('dialog')?.querySelector('[data-portal-error]')
    const place = near ?? one('[data-portal-error]')
    place.textContent = sentence(error)
  } finally {
    button.ariaBusy = 'false'
  }
}

/**
 * What was done on the billing page reaches us by Stripe's webhook, often a moment after the person is back: looks
 * again until what `known` tells has changed. Does nothing for who comes from elsewhere. Returns whether it changed.
 */
export async function catchUp(refresh: () => Promise<void>, known: () => string): Promise<boolean> {
  if (!new URLSearchParams(location.search).has('billing')) return false
  history.replaceState(null, '', location.pathname)
  const before = known()
  for (const pause of looks) {
    await new Promise((resolve) => setTimeout(resolve, pause))
    // A look that fails leaves the page as it is; the next one shows the change.
    await refresh().catch(() => {})
    if (known() !== before) return true
  }
  return false
}
