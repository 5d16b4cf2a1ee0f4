// No page weighs more than its figure in pages.ts, and no figure is higher than the house allows.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSite, type Site } from '../support/site.ts'
import { builtPages } from './built.ts'
import { ofKind, pages, type SitePage } from './pages.ts'
import { addressOf, carry, sessionOf, settled } from './support.ts'
import { type Weight, weigh } from './weigh.ts'

/** Compressed kilobytes that no page may exceed, whatever its own figure says. */
const house = { html: 50, js: 60 }
/** How far a figure may stand above what the page weighs. */
const headroom = { html: 3, js: 4 }

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

test('Every page that is built has a figure, and every figure a page', () => {
  expect([...new Set(pages.map(({ file }) => file))].sort()).toEqual(builtPages())
})

test('No figure is above what the house allows, and reading pages have no JavaScript', () => {
  const over = pages.filter(({ html, js }) => html > house.html || js > house.js)
  expect(over).toEqual([])
  expect(ofKind('reading').filter(({ js }) => js > 0)).toEqual([])
})

async function load(sitePage: SitePage): Promise<Weight> {
  const { page, context } = await site.visit()
  if (sitePage.kind === 'gated') await carry(context, await sessionOf(sitePage.viewer))
  const weight = weigh(page)
  await page.goto(await addressOf(site, sitePage))
  if (sitePage.kind === 'gated') await settled(page, 'ready')
  await page.waitForLoadState('networkidle')
  if (sitePage.kind === 'reading') expect(await page.locator('script').count()).toBe(0)
  const weighed = await weight()
  await context.close()
  return weighed
}

// Three beside each other: most of the time they wait until a page has asked for everything.
test.concurrent.for(pages)(
  '$path weighs at most $html KB of pages and styles and $js KB of scripts',
  async (sitePage, { expect }) => {
    const { html, js } = await load(sitePage)
    expect.soft(html / 1000).toBeLessThanOrEqual(sitePage.html)
    expect.soft(js / 1000).toBeLessThanOrEqual(sitePage.js)
    // A figure far above the truth would let a page grow unseen.
    expect.soft(html / 1000).toBeGreaterThan(sitePage.html - headroom.html)
    expect.soft(js / 1000).toBeGreaterThan(sitePage.js - headroom.js - 0.001)
  },
)
