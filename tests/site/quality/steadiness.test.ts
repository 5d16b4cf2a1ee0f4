// Nothing moves under the reader's thumb, and a member's first data take one round trip.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openSite, type Site } from '../support/site.ts'
import { ofKind, pages } from './pages.ts'
import { addressOf, carry, sessionOf, settled } from './support.ts'

const { api } = inject('urls')
let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

interface Shift {
  value: number
  moved: string[]
}

/** Records every shift of the layout that nobody asked for. */
async function watchShifts(page: Page): Promise<() => Promise<Shift[]>> {
  await page.addInitScript(() => {
    const shifts: unknown[] = []
    Object.assign(window, { shifts })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as unknown as {
        value: number
        hadRecentInput: boolean
        sources: { node: Element | null }[]
      }[]) {
        if (entry.hadRecentInput) continue
        const moved = entry.sources.map(({ node }) => node?.outerHTML?.slice(0, 80) ?? 'text')
        shifts.push({ value: entry.value, moved })
      }
    }).observe({ type: 'layout-shift', buffered: true })
  })
  return () => page.evaluate(() => (window as unknown as { shifts: Shift[] }).shifts)
}

test('A page that moves is seen', async () => {
  const { page, context } = await site.visit()
  const shifts = await watchShifts(page)
  await page.goto('/')
  await page.evaluate(() => {
    document.body.insertAdjacentHTML('afterbegin', '<div class="late">Late</div>')
    const late = document.querySelector<HTMLElement>('.late')
    if (late) late.style.height = '200px'
  })
  await expect.poll(async () => (await shifts()).length).toBeGreaterThan(0)
  await context.close()
})

// Three beside each other: most of the time they wait for fonts that come late on purpose.
test.concurrent.each(
  pages.flatMap((sitePage) => [390, 1280].map((width) => ({ ...sitePage, width }))),
)('$path does not move at $width pixels', async ({ width, ...sitePage }) => {
  const { page, context } = await site.visit({ width })
  if (sitePage.kind === 'gated') await carry(context, await sessionOf(sitePage.viewer))
  const shifts = await watchShifts(page)
  // Fonts come late on a slow line: what is drawn before them must take the same room.
  await page.route('**/*.woff2', async (route) => {
    await new Promise((done) => setTimeout(done, 300))
    await route.continue()
  })
  await page.goto(await addressOf(site, sitePage))
  if (sitePage.kind === 'gated') await settled(page, 'ready')
  await page.waitForLoadState('networkidle')
  await page.evaluate(() => document.fonts.ready)
  const sum = (await shifts()).reduce((total, { value }) => total + value, 0)
  expect(sum < 0.001 ? [] : await shifts()).toEqual([])
  await context.close()
})

/** When the room first showed its content, on the page's own clock. */
async function noteReady(page: Page): Promise<void> {
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector('#room[data-state="ready"]')) return
      Object.assign(window, { readyAt: performance.now() })
      observer.disconnect()
    }).observe(document, { subtree: true, childList: true, attributes: true })
  })
}

/** The questions that were asked before the room was ready: in how many rounds, and which. */
const rounds = (page: Page) =>
  page.evaluate((origin) => {
    const { readyAt } = window as unknown as { readyAt: number }
    const asked = (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
      .filter(
        ({ name }) => name.startsWith(`${origin}/rest/`) || name.startsWith(`${origin}/functions/`),
      )
      .filter(({ startTime }) => startTime < readyAt)
      .sort((one, other) => one.startTime - other.startTime)
    // A question that begins after an answer to an earlier one came may have waited for it.
    let answered = Number.POSITIVE_INFINITY
    let count = 0
    for (const { startTime, responseEnd } of asked) {
      if (count === 0 || startTime >= answered) {
        count += 1
        answered = responseEnd
      } else answered = Math.min(answered, responseEnd)
    }
    return { rounds: count, asked: asked.map(({ name }) => new URL(name).pathname) }
  }, api)

test.each(ofKind('gated'))('$path asks once for what it first shows', async (sitePage) => {
  const { page, context } = await site.visit()
  await carry(context, await sessionOf(sitePage.viewer))
  await noteReady(page)
  await page.goto(await addressOf(site, sitePage))
  await settled(page, 'ready')
  const { rounds: count, asked } = await rounds(page)
  expect([count, asked]).toEqual([1, asked])
  expect(asked.length).toBeGreaterThan(0)
  expect(asked.length).toBeLessThanOrEqual(2)
  await context.close()
})
