import type { BrowserContext, Page } from 'playwright-core'
import postgres from 'postgres'
import { expect, inject, vi } from 'vitest'
import { openBrowser, openSession } from '../../../scripts/browser.ts'
import { setClock } from '../../../scripts/local/settings.ts'

const urls = inject('urls')

/** One person's browser: what it complained about is kept beside it. */
export interface Visit {
  page: Page
  context: BrowserContext
  /** Errors of the console and of scripts, in order. */
  complaints: string[]
}

export type Site = Awaited<ReturnType<typeof openSite>>

/** A browser and a database connection beside the running stack. Close it after the tests of a file. */
export async function openSite() {
  const browser = await openBrowser()
  const sql = postgres(urls.database, { max: 2, onnotice: () => {} })
  return {
    urls,
    sql,
    /** Opens a fresh browser, as somebody who was never here. */
    async visit(options: { width?: number; javaScript?: boolean } = {}): Promise<Visit> {
      const context = await browser.newContext({
        baseURL: urls.site,
        viewport: { width: options.width ?? 1100, height: 800 },
        javaScriptEnabled: options.javaScript ?? true,
      })
      context.setDefaultTimeout(30_000)
      await context.addInitScript(overhearToasts)
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => {
        if (message.type() !== 'error') return
        complaints.push(`${message.text()} ${message.location().url}`)
      })
      return { page, context, complaints }
    },
    /** Makes the database believe that it is another moment; undefined brings it back to now. */
    async travelTo(moment: Date | undefined): Promise<void> {
      await setClock(sql, moment)
      // Buckets that were filled in the future would stay empty until then.
      await sql`truncate private.rate_limits`
    },
    async close() {
      await browser.close()
      await sql.end({ timeout: 1 })
    },
  }
}

interface Mail {
  to: string
  subject: string
  code: string
  link: string
  /** When it was sent. */
  at: string
}

/** The mails to an address, newest first. */
export async function mailsTo(email: string): Promise<Mail[]> {
  const response = await fetch(`${urls.mailbox}/api/messages?to=${encodeURIComponent(email)}`)
  return (await response.json()) as Mail[]
}

/** Waits until the page's room shows a state. */
export async function state(page: Page, wanted: string): Promise<void> {
  await page.locator(`[data-state="${wanted}"]`).waitFor()
}

/** Leaves the open page, and lets no time pass on those that are opened from now on, until their clock is resumed. */
export async function stopTheClock(page: Page): Promise<void> {
  // A clock can be stopped only ahead of itself: it starts an hour ago and jumps to now, where no timer is.
  await page.goto('about:blank')
  const now = Date.now()
  await page.clock.install({ time: now - 3_600_000 })
  await page.clock.pauseAt(now)
}

/** Keeps what a page says in passing: it stands there for six seconds, and whoever looks later missed it. */
function overhearToasts(): void {
  const toasts: string[] = []
  Object.assign(window, { toasts })
  document.addEventListener('DOMContentLoaded', () => {
    const place = document.querySelector('#toast[role=status]')
    if (!place) return
    const hear = () => {
      // What nobody could see was not said.
      if (place.textContent && place.checkVisibility({ visibilityProperty: true }))
        toasts.push(place.textContent)
    }
    hear()
    new MutationObserver(hear).observe(place, { childList: true })
  })
}

/** Waits until the page has said this in passing, also when it has gone again. Each saying counts once. */
export async function toast(page: Page, wanted: string | RegExp): Promise<string> {
  const heard = await page.waitForFunction((words) => {
    const { toasts } = window as unknown as { toasts: string[] }
    const at = toasts.findIndex((said) =>
      typeof words === 'string' ? said.includes(words) : words.test(said),
    )
    return at < 0 ? undefined : toasts.splice(0, at + 1).at(-1)
  }, wanted)
  return (await heard.jsonValue()) ?? ''
}

/** Waits until an address may be mailed again: an address is mailed once a second. */
export async function mailable(email: string): Promise<void> {
  const last = (await mailsTo(email))[0]?.at
  const from = last === undefined ? 0 : new Date(last).getTime() + 1010
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(from), {
    timeout: 30_000,
    interval: 20,
  })
}

/** Types an address into the sign-in page and waits for the mail. */
export async function askForCode(page: Page, email: string): Promise<Mail> {
  await mailable(email)
  const before = (await mailsTo(email)).length
  await page.getByLabel('Your e-mail address').fill(email)
  await page.getByRole('button', { name: 'Mail me a code' }).click()
  await page.getByLabel('Six-digit code').waitFor()
  await expect.poll(async () => (await mailsTo(email)).length).toBeGreaterThan(before)
  return (await mailsTo(email))[0]!
}

const { publishable, secret } = inject('keys')
const links = new Map<string, Promise<unknown>>()

/** A session of her own for somebody, opened without mail. One link a person at a time: a newer one undoes an older. */
function sessionFor(email: string): Promise<object> {
  const open = () => openSession({ api: urls.api, publishable, secret }, email)
  const session = (links.get(email) ?? Promise.resolve()).then(open, open)
  links.set(email, session)
  return session
}

/**
 * Opens a page as somebody who has signed in, in a browser that keeps what pages leave in it. How one signs in by
 * mail is tried in signing-in.test.ts and keyboard.test.ts.
 */
export async function signIn(page: Page, email: string, next = '/home/'): Promise<void> {
  const session = JSON.stringify(await sessionFor(email))
  // The browser keeps a session for an origin only, so a page of it has to be open: this one runs nothing.
  await page.goto('/robots.txt')
  await page.evaluate((kept) => localStorage.setItem('commons-session', kept), session)
  await page.goto(next)
}

/** An address that nobody had before. */
export const freshEmail = (name: string): string =>
  `${name}.${crypto.randomUUID().slice(0, 8)}@example.org`
