import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { arrived, join, typeCard } from './support/pay.ts'
import { freshEmail, openSite, type Site, signIn, state } from './support/site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterEach(async () => {
  await site.travelTo(undefined)
  await deliveries('normal')
})
afterAll(() => site.close())

/** Has the sandbox's Stripe hold its webhooks back, or send them again. */
const deliveries = (mode: 'pause' | 'normal') =>
  fetch(`${site.urls.stripe}/_sandbox/stripe/deliveries`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ mode }),
  })

test('who cancels keeps access to the end of what she paid for, and is gone the day after', async () => {
  const email = freshEmail('mona')
  const name = `Mona ${email.slice(5, 13)}`
  const { page, complaints } = await site.visit()
  await join(page, { email, name, tier: 'Monthly' })
  await arrived(site, email)
  await signIn(page, email)
  await state(page, 'ready')
  await page.locator('#profile').getByLabel('Yes, list me').check()
  await page.getByRole('button', { name: 'Save my profile' }).click()
  await page.getByText('Saved. Other members can find you.').waitFor()

  await page.getByRole('button', { name: 'Cancel my membership' }).click()
  // Stripe tells us of it only after she is back: the page catches up by itself.
  await deliveries('pause')
  await page.getByRole('button', { name: 'Cancel plan' }).click()
  await page.waitForURL('**/account/')
  await state(page, 'ready')
  await page.getByText(/^Renews on /).waitFor()
  await deliveries('normal')
  await page.getByText('You cancelled.').waitFor()
  await expect
    .poll(
      () =>
        site.sql`select m.cancel_at_period_end as ends from public.memberships m join public.member_emails e using (member_id) where e.email = ${email}`,
    )
    .toEqual([{ ends: true }])
  await page.goto('/account/')
  await state(page, 'ready')
  expect(await page.getByText('You cancelled. Everything stays open through').isVisible()).toBe(
    true,
  )
  expect(await page.getByRole('button', { name: 'Cancel my membership' }).isVisible()).toBe(false)

  const lea = await site.visit()
  await signIn(lea.page, 'lea@example.org', `/directory/?search=${encodeURIComponent(name)}`)
  await expect.poll(() => lea.page.locator('.person h2').allTextContents()).toEqual([name])

  const [{ until } = { until: new Date(0) }] = await site.sql<{ until: Date }[]>`
    select m.access_until as until from public.memberships m join public.member_emails e using (member_id) where e.email = ${email}`
  await site.travelTo(new Date(until.getTime() - 60_000))
  await page.reload()
  await state(page, 'ready')
  await site.travelTo(new Date(until.getTime() + 1000))
  await page.reload()
  await state(page, 'lapsed')
  await lea.page.reload()
  await state(lea.page, 'empty')
  expect(await lea.page.locator('.person').count()).toBe(0)
  expect(complaints).toEqual([])
})

test('Dot is told that her payment failed, and mends her card', async () => {
  const { page, complaints } = await site.visit()
  await signIn(page, 'dot@example.org')
  await state(page, 'ready')
  expect(
    await page.getByRole('heading', { name: 'Your last payment did not go through' }).isVisible(),
  ).toBe(true)
  await page.getByRole('button', { name: 'Mend my card' }).click()
  await typeCard(page)
  await page.getByRole('button', { name: 'Save card' }).click()
  await expect
    .poll(
      () =>
        site.sql`select m.status from public.memberships m join public.member_emails e using (member_id) where e.email = 'dot@example.org'`,
      { timeout: 15_000 },
    )
    .toEqual([{ status: 'active' }])
  await page.goto('/account/')
  await state(page, 'ready')
  expect(
    await page.getByRole('heading', { name: 'Your last payment did not go through' }).isVisible(),
  ).toBe(false)
  expect(await page.getByText(/^Renews on /).isVisible()).toBe(true)
  expect(complaints).toEqual([])
})
