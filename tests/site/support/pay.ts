import type { Page } from 'playwright-core'
import { expect, vi } from 'vitest'
import type { Site } from './site.ts'

/** A card that the sandbox accepts. */
export const goodCard = { number: '4242 4242 4242 4242', expiry: '12 / 39', cvc: '123' }

/** Fills in a card on the sandbox's payment or billing page. */
export async function typeCard(page: Page, card = goodCard): Promise<void> {
  await page.getByLabel('Card number').fill(card.number)
  await page.getByLabel('Expiry').fill(card.expiry)
  await page.getByLabel('Security code').fill(card.cvc)
}

/** Joins as a visitor: from the front page over the payment page to the welcome. */
export async function join(
  page: Page,
  buyer: { email: string; name: string; tier: string },
): Promise<void> {
  await page.goto('/')
  await page.getByRole('link', { name: `Join as ${buyer.tier} member` }).click()
  await page.waitForURL('**/join/**')
  await page.getByLabel('Your e-mail address').fill(buyer.email)
  await page.getByRole('button', { name: 'Continue to payment' }).click()
  await page.getByRole('heading', { name: /^Subscribe to/ }).waitFor()
  await typeCard(page)
  await page.getByLabel('Name on card').fill(buyer.name)
  await page.getByRole('button', { name: 'Subscribe' }).click()
  await page.waitForURL((url) => url.pathname.startsWith('/welcome'))
}

/** Waits until the webhook has made a membership of the payment. */
export async function arrived(site: Site, email: string): Promise<void> {
  await expect
    .poll(
      () => site.sql`
        select m.status from public.memberships m join public.member_emails e using (member_id) where e.email = ${email}`,
    )
    .toEqual([{ status: 'active' }])
}

/**
 * Has the account page look again only when it is let: it looks a few times and then no more, and how long Stripe takes
 * to tell is not what is tried. The first answer after the way back from Stripe comes at once.
 */
export async function holdLooks(page: Page): Promise<() => void> {
  const { promise: told, resolve: letLook } = Promise.withResolvers<void>()
  let isFirst = true
  await page.route('**/rpc/my_membership', async (route) => {
    if (isFirst) isFirst = false
    else await told
    await route.continue()
  })
  return letLook
}

/** Waits until the database holds of a membership whether it ends. */
export async function untilEnds(site: Site, email: string, ends: boolean): Promise<void> {
  await expect
    .poll(
      () => site.sql`
        select m.cancel_at_period_end as ends from public.memberships m join public.member_emails e using (member_id)
         where e.email = ${email}`,
    )
    .toEqual([{ ends }])
}

/**
 * Waits until it is another second. Stripe's events name whole seconds: of two changes within one, the second is
 * asked for at the next full minute, which nobody who reads the page before she presses again ever meets.
 */
export async function nextSecond(): Promise<void> {
  const begun = Math.floor(Date.now() / 1000)
  await vi.waitFor(() => expect(Math.floor(Date.now() / 1000)).toBeGreaterThan(begun), {
    timeout: 30_000,
    interval: 20,
  })
}
