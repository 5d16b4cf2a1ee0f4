import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publicPages } from '../../site/pages.ts'
import { openSite, type Site, signIn, state, type Visit } from './support/site.ts'

const reading = [
  ...publicPages.filter((path) => !['/join/', '/donate/'].includes(path)),
  '/welcome/',
  '/thank-you/',
  '/404.html',
]
const asking = ['/join/', '/donate/', '/sign-in/', '/auth/confirm/?token_hash=x&type=email']
const gated = [
  '/home/',
  '/account/',
  '/account/profile/',
  '/account/notifications/',
  '/account/data/',
  '/directory/',
  '/resources/',
]

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

/** How far the page can be scrolled sideways, in pixels. */
const sideways = ({ page }: Visit) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

describe('on a narrow phone', () => {
  test.each([...reading, ...asking, ...gated])(
    '%s never scrolls sideways, also with text at 200 %',
    async (path) => {
      const visit = await site.visit({ width: 320 })
      await visit.page.goto(path)
      if (gated.includes(path)) await state(visit.page, 'signed-out')
      expect(await sideways(visit)).toBe(0)
      await visit.page.evaluate(() => {
        document.documentElement.style.fontSize = '200%'
      })
      expect(await sideways(visit)).toBe(0)
      expect(visit.complaints).toEqual([])
    },
  )

  test('a member’s pages never scroll sideways either', async () => {
    const visit = await site.visit({ width: 320 })
    await signIn(visit.page, 'lea@example.org')
    for (const path of gated) {
      await visit.page.goto(path)
      await state(visit.page, 'ready')
      expect(await sideways(visit)).toBe(0)
    }
    expect(visit.complaints).toEqual([])
  })
})

test.each(reading)('%s asks for no JavaScript at all', async (path) => {
  const { page } = await site.visit()
  const scripts: string[] = []
  page.on('request', (request) => {
    if (request.resourceType() === 'script') scripts.push(request.url())
  })
  await page.goto(path, { waitUntil: 'networkidle' })
  expect(scripts).toEqual([])
  expect(await page.locator('script').count()).toBe(0)
})

test.each(gated)('%s loads less than 60 KB of compressed JavaScript', async (path) => {
  const { gzipSync } = await import('node:zlib')
  const { page } = await site.visit()
  let bytes = 0
  page.on('response', async (response) => {
    if (response.request().resourceType() === 'script')
      bytes += gzipSync(await response.body()).length
  })
  await page.goto(path, { waitUntil: 'networkidle' })
  await state(page, 'signed-out')
  expect(bytes).toBeGreaterThan(0)
  expect(bytes).toBeLessThan(60_000)
})

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
