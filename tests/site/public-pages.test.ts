import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Page, Route } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { runFolder } from '../../scripts/local/run-folder.ts'
import { developers } from '../../site/community/developers.ts'
import { community } from '../../site/community.config.ts'
import { publicPages } from '../../site/pages.ts'
import { openSite, type Site } from './support/site.ts'

const built = join(runFolder(inject('stackName')), 'site')
const reading = [
  ...publicPages.filter((page) => !['/join/', '/donate/'].includes(page)),
  '/404.html',
]
const words: Record<(typeof publicPages)[number], string> = {
  '/': community.home.title,
  '/membership/': community.membership.title,
  '/join/': community.join.title,
  '/donate/': community.donate.title,
  '/events/': community.events.title,
  '/about/': community.about.title,
  '/privacy/': community.privacy.title,
  '/contact/': community.contactPage.title,
  '/developers/': developers.title,
}

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

/** Everything that a page loads, with its size when compressed. */
async function loads(page: Page, path: string): Promise<{ kind: string; bytes: number }[]> {
  const loaded: Promise<{ kind: string; bytes: number }>[] = []
  page.on('response', (response) => {
    loaded.push(
      response.body().then((body) => ({
        kind: response.request().resourceType(),
        bytes: gzipSync(body).length,
      })),
    )
  })
  await page.goto(path, { waitUntil: 'networkidle' })
  return Promise.all(loaded)
}

const sizeOf = (loaded: { kind: string; bytes: number }[], ...kinds: string[]) =>
  loaded.filter(({ kind }) => kinds.includes(kind)).reduce((sum, { bytes }) => sum + bytes, 0)

describe('without JavaScript', () => {
  test.each(publicPages)('%s is whole', async (path) => {
    const { page, complaints } = await site.visit({ javaScript: false, width: 375 })
    await page.goto(path)
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(words[path])
    expect(await page.getByRole('navigation', { name: 'Main' }).isVisible()).toBe(true)
    expect(await page.getByRole('main').innerText()).toMatch(/\w{4}/)
    expect(await page.locator('[data-state=checking]').count()).toBe(0)
    expect(complaints).toEqual([])
  })

  test.each(['/join/', '/donate/'])(
    '%s says what paying needs instead of failing',
    async (path) => {
      const { page } = await site.visit({ javaScript: false })
      await page.goto(path)
      const said = page.locator('noscript')
      expect(await said.isVisible()).toBe(true)
      expect(await said.innerText()).toContain('payment page needs JavaScript')
      expect(await page.getByRole('button', { name: 'Continue to payment' }).count()).toBe(0)
    },
  )

  test('the questions open, and a link leads into an answer', async () => {
    const { page } = await site.visit({ javaScript: false })
    await page.goto('/membership/')
    const answer = page.locator('#leaving')
    expect(await answer.isVisible()).toBe(false)
    await page.getByText('How do I leave?').click()
    expect(await answer.isVisible()).toBe(true)
    await page.goto('/')
    await page.getByRole('link', { name: 'How leaving works' }).click()
    await answer.waitFor({ state: 'visible' })
  })
})

test.each(reading)(
  '%s asks for no JavaScript and is styled by less than 50 KB with its text',
  async (path) => {
    const { page, complaints } = await site.visit()
    const loaded = await loads(page, path)
    const kinds = loaded.map(({ kind }) => kind)
    const bytes = sizeOf(loaded, 'document', 'stylesheet')
    expect(kinds).toContain('stylesheet')
    expect(kinds.filter((kind) => ['script', 'fetch', 'xhr'].includes(kind))).toEqual([])
    expect(await page.locator('script, [style]').count()).toBe(0)
    expect(bytes).toBeGreaterThan(1000)
    expect(bytes).toBeLessThan(50_000)
    expect(complaints.filter((complaint) => !complaint.includes('404.html'))).toEqual([])
  },
)

test.each(['/join/', '/donate/'])('%s carries a small script of its own', async (path) => {
  const { page } = await site.visit()
  const bytes = sizeOf(await loads(page, path), 'script')
  expect(bytes).toBeGreaterThan(0)
  expect(bytes).toBeLessThan(8_000)
})

test.each(publicPages)('nothing moves on %s when its fonts arrive late', async (path) => {
  const { page } = await site.visit({ width: 375 })
  let late = true
  const waiting: Route[] = []
  await page.route('**/*.woff2', async (route) => {
    if (late) waiting.push(route)
    else await route.continue()
  })
  await page.addInitScript(() => {
    const seen = { shift: 0 }
    Object.assign(window, { seen })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries())
        seen.shift += (entry as unknown as { value: number }).value
    }).observe({ type: 'layout-shift', buffered: true })
  })
  await page.goto(path, { waitUntil: 'domcontentloaded' })
  const painted = () =>
    page.evaluate(() => performance.getEntriesByName('first-contentful-paint').length)
  const hasFont = () => page.evaluate(() => document.fonts.check('16px Figtree'))
  await expect.poll(painted).toBe(1)
  await expect.poll(hasFont).toBe(false)
  await expect.poll(() => waiting.length).toBeGreaterThan(1)
  late = false
  await Promise.all(waiting.map((route) => route.continue()))
  await expect.poll(hasFont).toBe(true)
  await page.evaluate(() => document.fonts.ready)
  const settled = () =>
    new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
  await page.evaluate(settled)
  const shift = await page.evaluate(
    () => (window as unknown as { seen: { shift: number } }).seen.shift,
  )
  expect(shift).toBeLessThan(0.001)
})

test('every link of the public pages leads somewhere', async () => {
  const { urls } = site
  const pages = new Map<string, string>()
  const read = async ({ origin, pathname }: URL) => {
    const address = `${origin}${pathname}`
    const known = pages.get(address)
    if (known !== undefined) return known
    const response = await fetch(address)
    const text = response.status === 200 ? await response.text() : ''
    pages.set(address, text)
    return text
  }
  const lost: string[] = []
  let links = 0
  for (const from of [...publicPages, '/404.html', '/welcome/', '/thank-you/']) {
    const html = readFileSync(
      join(built, from.endsWith('.html') ? from : `${from}index.html`),
      'utf8',
    )
    for (const [, href = ''] of html.matchAll(/<a\b[^>]*\bhref="([^"]*)"/g)) {
      // Other people's pages are theirs; those of the sandbox stand in for Luma's.
      if (/^(mailto|https|webcal):/.test(href) || href.startsWith(`${urls.luma}/`)) continue
      links += 1
      const to = new URL(
        href.replaceAll('&#38;', '&').replaceAll('&amp;', '&'),
        `${urls.site}${from}`,
      )
      const html = await read(to)
      if (!html) lost.push(`${from} → ${href}`)
      else if (to.hash && !html.includes(`id="${to.hash.slice(1)}"`)) lost.push(`${from} → ${href}`)
    }
  }
  expect(lost).toEqual([])
  expect(links).toBeGreaterThan(100)
})

test('the front page says who, what, how much and what is next', async () => {
  const { page } = await site.visit({ width: 375 })
  await page.goto('/')
  const [dues] = await site.sql<{ dollars: number }[]>`
    select (unit_amount / 100)::integer as dollars from public.stripe_prices
     where purpose = 'dues' and is_offered and recurring_interval = 'month' order by unit_amount limit 1`
  expect(await page.locator('dl').innerText()).toContain(`$${dues!.dollars} a month`)
  const [next] = await site.sql<{ title: string }[]>`
    select title from public.events where visibility = 'public' and published_at <= now() and ends_at > now()
     order by starts_at limit 1`
  expect(await page.locator('.events li').first().innerText()).toContain(next!.title)
})

test('nothing is chosen for the giver but that she gives once', async () => {
  const { page } = await site.visit()
  await page.goto('/donate/')
  expect(await page.getByLabel('Once').isChecked()).toBe(true)
  expect(await page.locator('[name=amount]:checked').count()).toBe(0)
  await page.getByRole('button', { name: 'Continue to payment' }).click()
  const said = page.locator('[data-error-for="donation.amount"]')
  await expect.poll(() => said.textContent()).toContain('Choose an amount')
  expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('amount')
})

test('what is said of leaving names the button that there is', () => {
  const answer = community.membership.questions.find(({ id }) => id === 'leaving')?.answer.join(' ')
  const button = /press “([^”]+)”/.exec(answer ?? '')?.[1]
  expect(button).toBeDefined()
  const account = readFileSync(join(built, 'account', 'index.html'), 'utf8')
  expect(account).toMatch(new RegExp(`<button[^>]*id="leave"[^>]*>${button}</button>`))
})
