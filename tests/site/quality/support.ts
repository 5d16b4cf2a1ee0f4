import type { Session } from '@supabase/supabase-js'
import type { BrowserContext, Page } from 'playwright-core'
import { inject } from 'vitest'
import { carrySession as carry, openSession } from '../../../scripts/browser.ts'
import { type Site, stopTheClock } from '../support/site.ts'
import type { SitePage, Viewer } from './pages.ts'

export { carry }

const { api } = inject('urls')
const { publishable, secret } = inject('keys')
const sessions = new Map<string, { session: Promise<Session>; until: number }>()
const keeps = 30 * 60_000 // milliseconds: half of what a token lives

/** A session of one of the cast, opened without mail. One link a person: a newer one would undo an older. */
export function sessionOf(who: string): Promise<Session> {
  const known = sessions.get(who)
  // The browsers of a lane that takes longer than a token lives would renew one session over and over, as thieves do.
  if (known && Date.now() < known.until) return known.session
  const session = openSession({ api, publishable, secret }, `${who}@example.org`)
  sessions.set(who, { session, until: Date.now() + keeps })
  return session
}

/** The session of somebody who was away too long: nobody takes it any more. */
export async function expiredSession(who: Viewer): Promise<object> {
  const session = await sessionOf(who)
  return { ...session, refresh_token: 'gone', expires_at: 1, expires_in: 0 }
}

const ids = new Map<string, string>()

/** The address of a page, with the id of a row that Ada may see. */
export async function addressOf(site: Site, { path }: Pick<SitePage, 'path'>): Promise<string> {
  if (!path.includes('ID')) return path
  if (!ids.has(path)) {
    const [row] = path.startsWith('/directory/')
      ? await site.sql<{ id: string }[]>`
          select p.member_id as id from public.profiles p join public.member_emails e using (member_id)
          where e.email = 'lea@example.org'`
      : /^\/(calendar|lead)\//.test(path)
        ? await site.sql<{ id: string }[]>`
          select id from public.events where state = 'published' and visibility = 'member' and published_at < now()
            and ends_at > now() order by starts_at, id limit 1`
        : await site.sql<{ id: string }[]>`
          select id from public.resources where kind = 'video' and audience = 'member' and published_at < now()
            and retired_at is null order by published_at limit 1`
    ids.set(path, row?.id ?? '')
  }
  return path.replace('ID', ids.get(path) ?? '')
}

/** Waits for a state of the page's room. */
export const settled = (page: Page, state: string) =>
  page.locator(`#room[data-state="${state}"]`).waitFor({ state: 'attached' })

/** A gated page in one of the states that it can be in, and how one gets there. */
export interface Scene {
  state: 'signed-out' | 'expired' | 'lapsed' | 'empty' | 'ready' | 'failed' | 'checking'
  /** Whose session the browser holds; nobody's when left out. */
  session?: () => Promise<object>
  /** What becomes of questions to the Data API. */
  data?: 'refused' | 'never'
  path?: string
}

/** Every state that a gated page has. */
export function scenesOf(page: SitePage): Scene[] {
  const own = () => sessionOf(page.viewer)
  return [
    { state: 'signed-out' },
    { state: 'expired', session: () => expiredSession(page.viewer) },
    { state: 'checking', session: own, data: 'never' },
    { state: 'failed', session: own, data: 'refused' },
    { state: 'ready', session: own },
    ...(page.open ? [] : [{ state: 'lapsed' as const, session: () => sessionOf('cyn') }]),
    ...(page.empty ? [{ state: 'empty' as const, session: own, path: page.empty }] : []),
  ]
}

/** Opens a gated page in a scene and waits until it shows it. */
export async function enter(
  site: Site,
  sitePage: SitePage,
  scene: Scene,
  context: BrowserContext,
  page: Page,
) {
  if (scene.session) await carry(context, await scene.session())
  if (scene.data) {
    await page.route(`${api}/rest/**`, async (route) => {
      if (route.request().method() === 'OPTIONS') return route.continue()
      if (scene.data === 'never') return
      await route.fulfill({
        status: 500,
        headers: { 'access-control-allow-origin': '*', 'content-type': 'application/json' },
        body: JSON.stringify({ code: 'XX000', message: 'out of order', details: null, hint: null }),
      })
    })
  }
  const address = scene.path ?? (await addressOf(site, sitePage))
  // A page gives the server eight seconds to take or refuse an old session: none of them passes before it has answered.
  if (scene.state === 'expired') await stopTheClock(page)
  await page.goto(address)
  await settled(page, scene.state)
  if (scene.state === 'expired') await page.clock.resume()
}

/** What the page's policy refused, from the first moment on. */
export async function listen(page: Page): Promise<() => Promise<string[]>> {
  await page.addInitScript(() => {
    const refused: string[] = []
    Object.assign(window, { refused })
    document.addEventListener('securitypolicyviolation', (event) =>
      refused.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`),
    )
  })
  return () => page.evaluate(() => (window as unknown as { refused: string[] }).refused)
}
