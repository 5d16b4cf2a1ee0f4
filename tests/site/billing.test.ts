import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { arrived, holdLooks, join, nextSecond, typeCard, untilEnds } from './support/pay.ts'
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
  await site.sql`
    update public.profiles p set is_visible = true from public.member_emails e
     where e.member_id = p.member_id and e.email = ${email}`
  await signIn(page, email, '/account/')
  await state(page, 'ready')

  // First what will happen when, with a way to stay; then Stripe's page.
  await page.getByRole('button', { name: 'Cancel my membership' }).click()
  const dialog = page.getByRole('dialog', { name: 'Before you go' })
  await dialog.getByText(/^Everything stays open through \w+ \d+, \d{4}/).waitFor()
  await dialog.getByRole('button', { name: 'Keep my membership' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await page.getByRole('button', { name: 'Cancel my membership' }).click()
  await page.getByRole('button', { name: 'Go on to cancel' }).click()
  // Stripe tells us of it only after she is back: the page catches up by itself.
  await deliveries('pause')
  const look = await holdLooks(page)
  await page.getByLabel('I don’t use it enough').check()
  await nextSecond()
  await page.getByRole('button', { name: 'Cancel plan' }).click()
  await page.waitForURL((url) => url.pathname === '/account/')
  await state(page, 'ready')
  await page.getByText(/^Renews on /).waitFor()
  await deliveries('normal')
  await untilEnds(site, email, true)
  look()
  await page.getByText(/^You cancelled\./).waitFor()
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
  await page.getByText('Your membership has ended.').waitFor()
  expect(await page.getByRole('link', { name: 'Come back' }).getAttribute('href')).toBe('/join/')
  await page.goto('/home/')
  await state(page, 'lapsed')
  await lea.page.reload()
  await state(lea.page, 'empty')
  expect(await lea.page.locator('.person').count()).toBe(0)
  expect(complaints).toEqual([])
})

test('every payment since she joined has its receipt, with Stripe’s page of it', async () => {
  const { page } = await site.visit({ width: 375 })
  await signIn(page, 'ada@example.org', '/account/')
  await state(page, 'ready')
  const rows = page.locator('[data-receipts] li')
  expect(await rows.count()).toBe(8)
  expect(await rows.locator('.money').allTextContents()).toEqual(Array(8).fill('$10'))
  const link = rows.last().getByRole('link', { name: /^Receipt of / })
  const opened = page.context().waitForEvent('page')
  await link.click()
  expect(await (await opened).locator('body').innerText()).toMatch(/\$10/)
})

test('who cancels while a payment is due is told that it stays due, and may take it back', async () => {
  const { page, complaints } = await site.visit()
  await signIn(page, 'dot@example.org', '/account/')
  await state(page, 'ready')
  await page.getByRole('button', { name: 'Cancel my membership' }).click()
  const dialog = page.getByRole('dialog', { name: 'Before you go' })
  await dialog.getByText(/^Cancelling does not take back the payment that is due/).waitFor()
  await page.getByRole('button', { name: 'Go on to cancel' }).click()
  const lookAtEnd = await holdLooks(page)
  await page.getByRole('button', { name: 'Cancel plan' }).click()
  await untilEnds(site, 'dot@example.org', true)
  lookAtEnd()
  await page
    .getByText(/^You cancelled\. .* while we try your card again; once it is paid/)
    .waitFor()
  // What the page says is what is so: Stripe goes on asking for it, and until then she keeps her access.
  const owed = (await (
    await fetch(`${site.urls.stripe}/v1/invoices/in_dot`, {
      headers: { authorization: 'Bearer sk_test_sandbox' },
    })
  ).json()) as { status: string; next_payment_attempt: number | null }
  expect(owed.status).toBe('open')
  expect(owed.next_payment_attempt).not.toBeNull()
  const [held] = await site.sql`
    select m.status, m.cancel_at_period_end, m.access_until > private.clock() as open, m.access_until < m.current_period_end as before
      from public.memberships m join public.member_emails e using (member_id) where e.email = 'dot@example.org'`
  expect(held).toEqual({ status: 'past_due', cancel_at_period_end: true, open: true, before: true })

  await page.getByRole('button', { name: 'Billing details' }).click()
  await nextSecond()
  await page.getByRole('button', { name: 'Keep my plan' }).click()
  await page.getByRole('link', { name: 'Cancel plan' }).waitFor()
  await untilEnds(site, 'dot@example.org', false)
  await page.goto('/account/?billing')
  await page
    .getByText(/^Everything stays open through .* while we try your card again\.$/)
    .waitFor()
  expect(complaints).toEqual([])
})

test('Dot is told that her payment failed, and mends her card', async () => {
  const { page, complaints } = await site.visit()
  await signIn(page, 'dot@example.org', '/account/')
  await state(page, 'ready')
  for (const path of ['/home/', '/account/']) {
    await page.goto(path)
    await state(page, 'ready')
    const card = page.locator('#membership')
    expect(await card.getByText('Payment failed', { exact: true }).isVisible()).toBe(true)
    expect(await card.locator('.button:visible').allTextContents()).toEqual(['Mend my card'])
  }
  expect(
    await page.getByRole('heading', { name: 'Your last payment did not go through' }).isVisible(),
  ).toBe(true)
  await page.getByRole('button', { name: 'Mend my card' }).click()
  await typeCard(page)
  await nextSecond()
  await page.getByRole('button', { name: 'Save card' }).click()
  await expect
    .poll(
      () =>
        site.sql`select m.status from public.memberships m join public.member_emails e using (member_id) where e.email = 'dot@example.org'`,
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

test('who cancelled keeps her membership after all, and changes to the annual tier', async () => {
  const email = freshEmail('rena')
  const { page, complaints } = await site.visit()
  await join(page, { email, name: 'Rena Vale', tier: 'Monthly' })
  await arrived(site, email)
  await signIn(page, email, '/account/')
  await state(page, 'ready')
  expect(await page.locator('[data-receipts] li').count()).toBe(1)
  expect(await page.locator('[data-receipts] .money').textContent()).toBe('$10')

  await page.getByRole('button', { name: 'Cancel my membership' }).click()
  await page.getByRole('button', { name: 'Go on to cancel' }).click()
  const lookAtEnd = await holdLooks(page)
  await nextSecond()
  await page.getByRole('button', { name: 'Cancel plan' }).click()
  await untilEnds(site, email, true)
  lookAtEnd()
  await page.getByText(/^You cancelled\./).waitFor()
  await page.getByRole('button', { name: 'Keep my membership' }).click()
  await nextSecond()
  await page.getByRole('button', { name: 'Keep my plan' }).click()
  await page.getByRole('link', { name: 'Cancel plan' }).waitFor()
  await untilEnds(site, email, false)
  await page.goto('/account/?billing')
  await page.getByText(/^Renews on .* for \$10 a month\.$/).waitFor()

  await page.getByRole('button', { name: 'Change to Annual' }).click()
  await page.getByRole('heading', { name: 'Confirm your change' }).waitFor()
  const lookAtTier = await holdLooks(page)
  await nextSecond()
  await page.getByRole('button', { name: 'Confirm' }).click()
  await page.waitForURL((url) => url.pathname === '/account/')
  await expect
    .poll(
      () => site.sql`
        select m.tier from public.memberships m join public.member_emails e using (member_id) where e.email = ${email}`,
    )
    .toEqual([{ tier: 'annual' }])
  lookAtTier()
  await page.getByText(/^Renews on .* for \$100 a year\.$/).waitFor()
  expect(await page.getByRole('heading', { name: 'Annual member' }).isVisible()).toBe(true)
  expect(await page.locator('.tier-row[data-current]').innerText()).toContain('Annual')
  expect(complaints).toEqual([])
})

test('who ended has one button, to come back, and nothing to cancel', async () => {
  const { page } = await site.visit()
  await signIn(page, 'cyn@example.org', '/account/')
  await state(page, 'ready')
  expect(await page.locator('.membership .button:visible').allTextContents()).toEqual(['Come back'])
  expect(await page.getByRole('button', { name: 'Cancel my membership' }).isVisible()).toBe(false)
  await page.goto('/home/')
  await state(page, 'lapsed')
})

test('while she waits for Stripe’s word she keeps her place, and a look that fails is not the last', async () => {
  const { page } = await site.visit()
  await signIn(page, 'bea@example.org', '/account/')
  await state(page, 'ready')
  let looks = 0
  let isTold = false
  await page.route('**/rpc/my_membership', async (route) => {
    looks += 1
    if (looks === 2) return route.abort()
    const response = await route.fetch()
    const mine = await response.json()
    if (isTold) mine.email = 'told@example.org'
    await route.fulfill({ response, json: mine })
  })
  await page.goto('/account/?billing')
  await state(page, 'ready')
  const change = page.locator('[data-tier-list] button').first()
  await change.focus()
  const isThere = () => change.evaluate((button) => button === document.activeElement)
  await expect.poll(() => looks).toBeGreaterThan(3)
  expect(await isThere()).toBe(true)
  isTold = true
  await page.getByText('told@example.org').waitFor({ timeout: 90_000 })
})
