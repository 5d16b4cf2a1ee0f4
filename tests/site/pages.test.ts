import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSite, type Site } from './support/site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

test('without JavaScript a gated page still leads to signing in', async () => {
  const { page } = await site.visit({ javaScript: false })
  await page.goto('/account/')
  const room = page.locator('#room')
  expect(await room.getByRole('link', { name: 'Sign in' }).isVisible()).toBe(true)
})

test('prices on the pages are those in the database', async () => {
  const { page } = await site.visit()
  await page.goto('/')
  const offers = await site.sql<{ name: string; dollars: number; recurring_interval: string }[]>`
    select t.name, (p.unit_amount / 100)::integer as dollars, p.recurring_interval
      from public.stripe_prices p join public.tiers t using (tier) where p.is_offered order by t.rank`
  expect(offers).toHaveLength(3)
  const cards = await page.locator('.tier').allInnerTexts()
  for (const [index, { name, dollars, recurring_interval }] of offers.entries()) {
    expect(cards[index]).toContain(name)
    expect(cards[index]).toContain(`$${dollars} a ${recurring_interval}`)
  }
})

test('the first Tab leads to the content', async () => {
  const { page } = await site.visit()
  await page.goto('/join/')
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content')
  await page.keyboard.press('Enter')
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('main')
})
