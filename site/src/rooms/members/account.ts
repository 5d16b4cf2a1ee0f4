import type { Session } from '@supabase/auth-js'
import { openDoor } from '../../lib/doors.ts'
import { one, onSubmit, text } from '../../lib/forms.ts'
import { Problem, sentence } from '../../lib/problem.ts'
import { fail, openRoom, show } from '../../lib/room.ts'
import { day, lastDayBefore } from '../../lib/words.ts'
import { signOut } from '../session/data.ts'
import { type Account, claimPayment, readAccount, signUp } from './data.ts'
import { openNotice, whatNext } from './membership_words.ts'
import { answerOf, fillProfile, startProfile } from './profile.ts'

let account: Account | null = null

/** The account page: membership, profile, billing, and the ways in for who is not a member yet. */
export function startAccount(): void {
  startProfile(() => account?.id)
  onSubmit(one<HTMLFormElement>('#sign-up'), async (data) => {
    const name = text(data, 'new-name')
    const visible = answerOf(data)
    if (visible === undefined)
      throw new Problem('Choose yes or no; it can be changed at any time', { field: 'visible' })
    await signUp(name, visible)
    await refresh()
    return undefined
  })
  onSubmit(one<HTMLFormElement>('#claim'), (data) => claimPayment(text(data, 'paid_with')))
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-portal]')) {
    button.addEventListener('click', () => void openPortal(button))
  }
  one('#sign-out').addEventListener('click', async () => {
    await signOut()
    location.assign('/')
  })
  // Coming back from the billing page by the browser's back button shows what changed there.
  addEventListener('pageshow', (event) => {
    if (event.persisted) void refresh().catch(fail)
  })
  openRoom(enter)
}

async function enter(session: Session): Promise<void> {
  for (const place of document.querySelectorAll('[data-email]'))
    place.textContent = session.user.email ?? ''
  await refresh()
  if (new URLSearchParams(location.search).has('billing')) {
    history.replaceState(null, '', location.pathname)
    // A look that fails leaves the page as it is; the next one, or a reload, shows the change.
    void catchUp().catch(() => {})
  }
}

/** What was done on the billing page reaches us by Stripe's webhook, often a moment after the person is back. */
async function catchUp(): Promise<void> {
  const known = () =>
    JSON.stringify([account?.memberships, account?.membership_notices, account?.dues])
  const before = known()
  for (const pause of [300, 700, 1500, 3000, 6000]) {
    await new Promise((resolve) => setTimeout(resolve, pause))
    await refresh({ profile: false })
    if (known() !== before) return
  }
}

/** Asks anew and shows it. The profile form is left alone when somebody may be typing in it. */
async function refresh({ profile = true } = {}): Promise<void> {
  account = await readAccount()
  const membership = account?.memberships
  one('[data-part=stranger]').hidden = account !== null
  one('[data-part=guest]').hidden = account === null
  one('[data-part=claim]').hidden = account === null || account.entitled
  if (!account || !membership) return show('empty')
  if (!account.entitled) {
    one('[data-ended]').textContent = lastDayBefore(membership.access_until)
    return show('lapsed')
  }
  const first = account.profiles?.name.trim().split(/\s+/)[0]
  one('[data-greeting]').textContent = first ? `, ${first}` : ''
  const tier = account.tierNames.find((known) => known.tier === membership.tier)
  one('[data-tier]').textContent = `${tier?.name ?? membership.tier} member`
  one('[data-next]').textContent = whatNext(membership, account.dues)
  one('[data-since]').textContent = day(membership.member_since)
  one('[data-cancel]').hidden = membership.cancel_at_period_end || membership.status === 'canceled'
  const notice = openNotice(account.membership_notices)
  one('[data-notice]').hidden = notice === undefined
  one('#notice-title').textContent = notice?.title ?? ''
  one('[data-notice-text]').textContent = notice?.text ?? ''
  if (profile && account.profiles) fillProfile(account.profiles)
  show('ready')
}

async function openPortal(button: HTMLButtonElement): Promise<void> {
  if (button.ariaBusy === 'true') return
  const place = one('[data-portal-error]')
  place.textContent = ''
  button.ariaBusy = 'true'
  const flow = button.dataset.portal
  try {
    location.assign(
      await openDoor('memberships/portal', {
        return_path: '/account/?billing',
        ...(flow ? { flow } : {}),
      }),
    )
  } catch (error) {
    place.textContent = sentence(error)
  } finally {
    button.ariaBusy = 'false'
  }
}
