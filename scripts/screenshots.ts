/**
 * Pictures of the main pages into docs/screenshots/: `npm run screenshots`, or `npm run screenshots -- home directory`
 * for some of them. From a stack of its own with the demo data; phone and desk, light and dark; signed in as Ada, as
 * Lea where leaders work, and as Kim where admins decide.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { takeAdminPictures } from './admin-pictures.ts'
import { carrySession, openBrowser, openSession } from './browser.ts'
import { fillGuestLists } from './local/demo-guests.ts'
import { makeProposals } from './local/demo-proposals.ts'
import { connectSlack } from './local/demo-slack.ts'
import { repository } from './local/run-folder.ts'
import { buildSite } from './local/site.ts'
import { serveSite } from './local/site-server.ts'
import { type Stack, startStack } from './local/stack.ts'

interface Picture {
  name: string
  path: string
  /** Who is signed in; nobody on public pages. */
  viewer?: 'ada' | 'lea' | 'kim'
}

/** The dinner of the demo data. */
const dinner = '00000000-0000-4000-9000-000000000002'

const pictures: Picture[] = [
  { name: 'front', path: '/' },
  { name: 'membership', path: '/membership/' },
  { name: 'join', path: '/join/' },
  { name: 'events', path: '/events/' },
  { name: 'developers', path: '/developers/' },
  { name: 'home', path: '/home/', viewer: 'ada' },
  { name: 'directory', path: '/directory/', viewer: 'ada' },
  { name: 'person', path: '/directory/person/?id=LEA', viewer: 'ada' },
  { name: 'resources', path: '/resources/', viewer: 'ada' },
  { name: 'resource', path: '/resources/view/?id=VIDEO', viewer: 'ada' },
  { name: 'account', path: '/account/', viewer: 'ada' },
  { name: 'profile', path: '/account/profile/', viewer: 'ada' },
  { name: 'data', path: '/account/data/', viewer: 'ada' },
  { name: 'calendar', path: '/calendar/', viewer: 'ada' },
  { name: 'event', path: `/calendar/event/?id=${dinner}`, viewer: 'ada' },
  { name: 'lead', path: '/lead/resources/', viewer: 'lea' },
  { name: 'lead-events', path: '/lead/events/', viewer: 'lea' },
  { name: 'lead-event', path: `/lead/events/edit/?id=${dinner}`, viewer: 'lea' },
  { name: 'guests', path: `/lead/events/guests/?id=${dinner}`, viewer: 'lea' },
  { name: 'proposals', path: '/admin/proposals/', viewer: 'kim' },
]

const devices = {
  phone: {
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    isMobile: true,
    hasTouch: true,
  },
  desktop: { viewport: { width: 1280, height: 860 }, deviceScaleFactor: 1 },
}

const ports = {
  gateway: 18321,
  postgres: 18322,
  mailbox: 18324,
  site: 18421,
  stripe: 18111,
  mailchimp: 18112,
  vimeo: 18113,
  luma: 18114,
  slack: 18115,
  resend: 18116,
}

const asked = process.argv.slice(2)
const names = [...pictures.map(({ name }) => name), 'admin']
const unknown = asked.filter((name) => !names.includes(name))
if (unknown.length > 0) {
  console.error(`There is no picture ${unknown.join(', ')}. There are: ${names.join(', ')}.`)
  process.exit(1)
}

const folder = join(repository, 'docs/screenshots')
mkdirSync(folder, { recursive: true })

/** The address with the ids of the demo data in it. */
async function addressOf({ sql, urls }: Stack, path: string): Promise<string> {
  const [lea] = await sql<{ id: string }[]>`
    select member_id as id from public.member_emails where email = 'lea@example.org'`
  const [video] = await sql<{ id: string }[]>`
    select id from public.resources where kind = 'video' and audience = 'member' and published_at < now()
      and retired_at is null order by published_at desc limit 1`
  return urls.site + path.replace('LEA', lea?.id ?? '').replace('VIDEO', video?.id ?? '')
}

/** One picture as WebP; the browser's own encoder makes it. */
async function take(
  browser: Browser,
  address: string,
  how: { device: keyof typeof devices; colorScheme: 'light' | 'dark'; session: object | undefined },
): Promise<Buffer> {
  const { device, colorScheme, session } = how
  const context = await browser.newContext({
    ...devices[device],
    colorScheme,
    reducedMotion: 'reduce',
  })
  try {
    if (session) await carrySession(context, session)
    const page = await context.newPage()
    // The first look brings the fonts; the second has them from its first stroke.
    for (let look = 0; look < 2; look++) {
      await page.goto(address)
      if (session) await page.locator('#room[data-state="ready"]').waitFor({ state: 'attached' })
      await page.waitForLoadState('networkidle')
      await page.evaluate(() => document.fonts.ready)
    }
    const cdp = await context.newCDPSession(page)
    const { data } = await cdp.send('Page.captureScreenshot', { format: 'webp', quality: 82 })
    return Buffer.from(data, 'base64')
  } finally {
    await context.close()
  }
}

console.log('A stack of its own is started, with demo data …')
const stack = await startStack({
  name: 'screenshots',
  ports,
  seed: true,
  functions: true,
  sandbox: true,
  reset: true,
})
const opened: { close(): Promise<void> }[] = [stack]
try {
  const { urls, keys } = stack
  const project = { api: urls.api, publishable: keys.publishable, secret: keys.secret }
  const { api, publishable } = project
  await connectSlack(stack.sql, urls.slack)
  await fillGuestLists(stack.sql, urls.luma)
  await makeProposals(stack.sql, urls.functions)
  const pages = await buildSite({ folder: stack.folder, api, publishable, site: urls.site })
  opened.push(await serveSite(ports.site, pages))
  const browser = await openBrowser()
  opened.push(browser)
  const sessions = {
    ada: await openSession(project, 'ada@example.org'),
    lea: await openSession(project, 'lea@example.org'),
    kim: await openSession(project, 'kim@example.org'),
  }
  for (const { name, path, viewer } of pictures) {
    if (asked.length > 0 && !asked.includes(name)) continue
    const address = await addressOf(stack, path)
    for (const device of ['phone', 'desktop'] as const) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const session = viewer ? sessions[viewer] : undefined
        const bytes = await take(browser, address, { device, colorScheme, session })
        const file = `${name}-${device}-${colorScheme}.webp`
        writeFileSync(join(folder, file), bytes)
        console.log(`  docs/screenshots/${file}  ${Math.round(bytes.length / 1000)} KB`)
      }
    }
  }
  if (asked.length === 0 || asked.includes('admin'))
    await takeAdminPictures(stack.sql, browser, folder)
} finally {
  for (const part of opened.toReversed()) await part.close()
  rmSync(stack.folder, { recursive: true, force: true })
}
process.exit(0)
