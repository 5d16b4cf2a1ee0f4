/**
 * How fast the pages come up on a phone: a slow processor and a slow line, in headless Chromium, each time with nothing
 * cached. For gated pages also when the member's own data stand there.
 */

import type { Browser } from 'playwright-core'
import { carrySession, openBrowser, openSession } from '../../scripts/browser.ts'
import { buildSite } from '../../scripts/local/site.ts'
import { serveSite } from '../../scripts/local/site-server.ts'
import type { Stack } from '../../scripts/local/stack.ts'
import { pages, type SitePage } from '../site/quality/pages.ts'

export interface PageBenchRow {
  page: string
  /** First and largest contentful paint, and when a gated page shows its data; medians in milliseconds. */
  fcp: number
  lcp: number
  ready?: number
  /** Sum of layout shifts; the worst of the runs. */
  cls: number
  /** Kilobytes over the line: all of it, and the scripts among it. */
  kb: number
  js_kb: number
}

/** A middling phone on slow 4G, as Lighthouse has it. */
const phone = { viewport: { width: 412, height: 823 }, deviceScaleFactor: 1.75, isMobile: true }
const line = {
  offline: false,
  latency: 150,
  downloadThroughput: (1.6 * 1024 * 1024) / 8,
  uploadThroughput: (750 * 1024) / 8,
}
const slowness = 4

const median = (values: number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** Watches paints, shifts and the room's state from the first moment on. Runs in the page. */
function watch() {
  const seen = { fcp: 0, lcp: 0, cls: 0, ready: 0 }
  Object.assign(window, { seen })
  const observe = (type: string, note: (entry: PerformanceEntry) => void) =>
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) note(entry)
    }).observe({ type, buffered: true })
  observe('paint', (entry) => {
    if (entry.name === 'first-contentful-paint') seen.fcp = entry.startTime
  })
  observe('largest-contentful-paint', (entry) => {
    seen.lcp = entry.startTime
  })
  observe('layout-shift', (entry) => {
    const shift = entry as PerformanceEntry & { value: number; hadRecentInput: boolean }
    if (!shift.hadRecentInput) seen.cls += shift.value
  })
  new MutationObserver(() => {
    if (!seen.ready && document.querySelector('#room[data-state="ready"]'))
      seen.ready = performance.now()
  }).observe(document, { subtree: true, childList: true, attributes: true })
}

async function measure(browser: Browser, address: string, session: object | undefined) {
  const context = await browser.newContext(phone)
  try {
    if (session) await carrySession(context, session)
    const page = await context.newPage()
    page.setDefaultTimeout(60_000)
    const cdp = await context.newCDPSession(page)
    await cdp.send('Network.enable')
    await cdp.send('Network.emulateNetworkConditions', line)
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: slowness })
    const scripts = new Set<string>()
    let bytes = 0
    let scriptBytes = 0
    cdp.on('Network.responseReceived', ({ requestId, type }) => {
      if (type === 'Script') scripts.add(requestId)
    })
    cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      bytes += encodedDataLength
      if (scripts.has(requestId)) scriptBytes += encodedDataLength
    })
    await page.addInitScript(watch)
    await page.goto(address)
    if (session) await page.locator('#room[data-state="ready"]').waitFor({ state: 'attached' })
    await page.waitForLoadState('networkidle')
    const seen = await page.evaluate(
      () =>
        (window as unknown as { seen: { fcp: number; lcp: number; cls: number; ready: number } })
          .seen,
    )
    return { ...seen, kb: bytes / 1000, js_kb: scriptBytes / 1000 }
  } finally {
    await context.close()
  }
}

/** The address of a page that needs the id of a row, with one that exists. */
async function addressOf({ sql, urls }: Stack, { path }: SitePage): Promise<string> {
  if (!path.includes('ID')) return urls.site + path
  const [row] = path.startsWith('/directory/')
    ? await sql<{ id: string }[]>`
        select member_id as id from public.member_emails where email = 'lea@example.org'`
    : await sql<{ id: string }[]>`
        select id from public.resources where kind = 'video' and audience = 'member' and published_at < now()
          and retired_at is null order by published_at limit 1`
  return urls.site + path.replace('ID', row?.id ?? '')
}

/** Runs the measure; the stack must have the demo data and a free site port. */
export async function run(
  stack: Stack,
  { rounds = 5 }: { rounds?: number } = {},
): Promise<PageBenchRow[]> {
  const { urls, keys, folder, ports } = stack
  const project = { api: urls.api, publishable: keys.publishable, secret: keys.secret }
  const { api, publishable } = project
  const built = await buildSite({ folder, api, publishable, site: urls.site })
  const site = await serveSite(ports.site, built)
  const browser = await openBrowser()
  const rows: PageBenchRow[] = []
  try {
    const sessions = new Map<string, object>()
    for (const viewer of ['ada', 'lea', 'kim'])
      sessions.set(viewer, await openSession(project, `${viewer}@example.org`))
    for (const each of pages) {
      const address = await addressOf(stack, each)
      const session = each.kind === 'gated' ? sessions.get(each.viewer) : undefined
      const runs: Awaited<ReturnType<typeof measure>>[] = []
      for (let round = 0; round < rounds; round++)
        runs.push(await measure(browser, address, session))
      const middle = (key: 'fcp' | 'lcp' | 'ready' | 'kb' | 'js_kb') =>
        median(runs.map((one) => one[key]))
      rows.push({
        page: each.path.split('?')[0] ?? '',
        fcp: Math.round(middle('fcp')),
        lcp: Math.round(middle('lcp')),
        ...(session ? { ready: Math.round(middle('ready')) } : {}),
        cls: Math.max(...runs.map(({ cls }) => cls)),
        kb: middle('kb'),
        js_kb: middle('js_kb'),
      })
    }
  } finally {
    await browser.close()
    await site.close()
  }
  return rows
}
