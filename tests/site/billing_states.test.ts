import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openSite, type Site, signIn, state } from './support/site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterEach(() => tell({ status: 'active' }))
afterAll(() => site.close())

const today = Math.floor(Date.now() / 86_400_000) * 86_400
const begun = today - 100 * 86_400
const until = begun + 365 * 86_400

/** Tells the database of Bea's membership what Stripe would: as it is in the demo, but for what is said. */
async function tell(said: Record<string, unknown>, id = 'sub_bea', price: object = annual) {
  const item = { price, current_period_start: begun, current_period_end: until }
  const subscription = {
    id,
    customer: 'cus_bea',
    currency: 'usd',
    cancel_at_period_end: false,
    items: { data: [item] },
    ...said,
  }
  await site.sql`
    select private.apply_subscription(${site.sql.json(subscription as never)}, 'fetched', now(), 'test', 'test', now())`
}
const annual = { id: 'price_annual', unit_amount: 10_000 }

test('every state of a membership is told in words, with the one thing to do about it', async () => {
  const { page, complaints } = await site.visit({ width: 375 })
  await signIn(page, 'bea@example.org', '/account/')
  await state(page, 'ready')
  for (const [status, tag, next, button] of [
    ['trialing', 'Trial', /^Your trial runs until .* Then it renews for \$100 a year\.$/, null],
    [
      'paused',
      'Paused',
      /nothing is charged, and the rooms are closed/,
      'Go on with my membership',
    ],
    ['unpaid', 'Unpaid', /^The rooms are closed, because the last payment/, 'Mend my card'],
    ['active', 'Active', /^Renews on .* for \$100 a year\.$/, null],
  ] as const) {
    await tell({ status })
    await page.goto('/account/')
    await state(page, 'ready')
    const card = page.locator('#membership')
    expect(await card.locator('[data-tag]').textContent()).toBe(tag)
    expect(await card.locator('[data-next]').textContent()).toMatch(next)
    expect(await card.locator('.button:visible').allTextContents()).toEqual(button ? [button] : [])
    const running = status === 'trialing' || status === 'active'
    expect(await page.getByRole('button', { name: 'Cancel my membership' }).isVisible()).toBe(
      running,
    )
    expect(await page.locator('[data-tiers]').isVisible()).toBe(running)
  }
  expect(complaints).toEqual([])
})

test('whose membership is paused finds the rooms closed, and the way to open them', async () => {
  await tell({ status: 'paused' })
  const { page } = await site.visit()
  await signIn(page, 'bea@example.org')
  for (const path of ['/home/', '/directory/', '/resources/']) {
    await page.goto(path)
    await state(page, 'lapsed')
    const screen = page.locator('[data-when=lapsed]')
    expect(await screen.innerText()).toContain('Your membership is paused')
    expect(await screen.locator('.button').getAttribute('href')).toBe('/account/')
  }
})

test('who gives every month is thanked, and told that the gift goes on', async () => {
  await tell({ status: 'active' }, 'sub_bea_gift', { id: 'price_gift', product: 'prod_donation' })
  try {
    const { page } = await site.visit()
    await signIn(page, 'bea@example.org', '/account/')
    await page.getByRole('heading', { name: 'You give every month. Thank you.' }).waitFor()
    await page.getByRole('button', { name: 'Cancel my membership' }).click()
    const dialog = page.getByRole('dialog', { name: 'Before you go' })
    await dialog.getByText('Your monthly gift goes on until you stop it as well.').waitFor()
    await tell({ status: 'canceled', canceled_at: today, ended_at: today }, 'sub_bea_gift', {
      id: 'price_gift',
      product: 'prod_donation',
    })
    await page.reload()
    await state(page, 'ready')
    expect(await page.locator('[data-gift]').isVisible()).toBe(false)
  } finally {
    await site.sql`delete from public.subscriptions where subscription_id = 'sub_bea_gift'`
  }
})
