import type { BrowserContext, Page } from 'playwright-core'
import postgres from 'postgres'
import { expect, inject, vi } from 'vitest'
import { openBrowser } from '../../../scripts/browser.ts'
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
      context.setDefaultTimeout(15_000)
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => {
        if (message.type() !== 'error') return
        const complaint = `${message.text()} ${message.location().url}`
        // One address is mailed once a second; askForCode() then asks again, as the page says.
        if (/\b429\b.*\/auth\/v1\/otp/.test(complaint)) return
        complaints.push(complaint)
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

/** Types an address into the sign-in page and waits for the mail. */
export async function askForCode(page: Page, email: string): Promise<Mail> {
  const before = (await mailsTo(email)).length
  await page.getByLabel('Your e-mail address').fill(email)
  const field = page.getByLabel('Six-digit code')
  // An address is mailed at most once a second, so the page may say to wait.
  await vi.waitFor(
    async () => {
      if (!(await field.isVisible()))
        await page.getByRole('button', { name: 'Mail me a code' }).click()
      await field.waitFor({ timeout: 700 })
    },
    { timeout: 10_000, interval: 200 },
  )
  await expect.poll(async () => (await mailsTo(email)).length).toBeGreaterThan(before)
  return (await mailsTo(email))[0]!
}

/** Signs in by the mailed code, and waits for the page that was asked for. */
export async function signIn(page: Page, email: string, next = '/home/'): Promise<void> {
  await page.goto(`/sign-in/?next=${encodeURIComponent(next)}`)
  const { code } = await askForCode(page, email)
  // Six digits are enough: the page sends them by itself.
  await page.getByLabel('Six-digit code').fill(code)
  await page.waitForURL((url) => url.pathname === new URL(next, urls.site).pathname)
}

/** An address that nobody had before. */
export const freshEmail = (name: string): string =>
  `${name}.${crypto.randomUUID().slice(0, 8)}@example.org`
