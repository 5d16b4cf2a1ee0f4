import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { arrived, join } from './support/pay.ts'
import { freshEmail, openSite, type Site, signIn, state } from './support/site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

const NAME = 'Quilla <b>Feather</b> & "Sons"'

/** A person of this test alone: she joined, and stands on the page of her data. */
async function arrive(page: Page): Promise<string> {
  const email = freshEmail('quilla')
  await join(page, { email, name: 'Quilla Feather', tier: 'Annual' })
  await arrived(site, email)
  await site.sql`
    update public.profiles set name = ${NAME} where member_id = (
      select member_id from public.member_emails where email = ${email})`
  await signIn(page, email, '/account/data/')
  await state(page, 'ready')
  return email
}

/** What pressing a link saves: the file's name and content. */
async function saved(
  page: Page,
  kind: 'html' | 'json',
): Promise<{ name: string; content: string }> {
  const download = page.waitForEvent('download')
  await page.locator(`[data-file=${kind}]`).click()
  const file = await download
  return { name: file.suggestedFilename(), content: await readFile(await file.path(), 'utf8') }
}

/** How many rows of ours hold an address. */
async function rowsWith(email: string): Promise<string[]> {
  const tables = await site.sql<{ name: string }[]>`
    select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('public', 'private', 'jobs', 'auth') and c.relkind = 'r'`
  const found: string[] = []
  for (const { name } of tables) {
    const [row] = await site.sql.unsafe(
      `select count(*)::int as held from ${name} t where to_jsonb(t)::text ilike $1`,
      [`%${email}%`],
    )
    if (row!.held > 0) found.push(`${name}: ${row!.held}`)
  }
  return found
}

describe('My data', () => {
  test('she takes both files along, and they hold what the page says', async () => {
    const { page, complaints } = await site.visit()
    const email = await arrive(page)
    const asked: string[] = []
    page.on('request', (request) => {
      if (request.url().includes('/rpc/my_data')) asked.push(request.url())
    })
    await page.getByRole('button', { name: 'Prepare my data' }).click()
    await page.getByText('Ready. Both files hold the same').waitFor()
    expect(asked).toHaveLength(1)

    const json = await saved(page, 'json')
    expect(json.name).toMatch(/^my-data-\d{4}-\d\d-\d\d\.json$/)
    const held = JSON.parse(json.content)
    expect(held.profile.name).toBe(NAME)
    expect(held.addresses).toMatchObject([{ email, is_primary: true, source: 'stripe' }])
    expect(held.membership).toMatchObject({ tier: 'annual', status: 'active' })
    expect(held.invoices).toMatchObject([{ amount_paid: 10000, currency: 'usd' }])
    expect(held.sign_in.email).toBe(email)

    const html = await saved(page, 'html')
    expect(html.name).toMatch(/\.html$/)
    expect(html.content).toContain('Quilla &lt;b&gt;Feather&lt;/b&gt; &amp; "Sons"')
    expect(html.content).not.toMatch(/<script|<b>|https?:\/\/[^<]*\.(css|js)"|<link|src=/)
    const reader = await site.visit({ javaScript: false })
    await reader.page.setContent(html.content)
    expect(await reader.page.getByRole('heading', { name: 'Your profile' }).isVisible()).toBe(true)
    expect(await reader.page.getByText(NAME).first().isVisible()).toBe(true)
    expect(await reader.page.getByText(email).count()).toBeGreaterThan(1)
    expect(asked).toHaveLength(1)
    expect(complaints).toEqual([])
  })

  test('the page says what would end, and an address that is not hers deletes nothing', async () => {
    const { page } = await site.visit({ width: 320 })
    const email = await arrive(page)
    await page
      .getByText(/^Your membership \(\$100 a year\) is paid until .*not paid back by itself\.$/)
      .waitFor()
    for (const place of [
      'On this site',
      'Your payments',
      'Stripe, where you paid',
      'Mailchimp, which sends our newsletter',
      'Mails that we wrote to you',
      'Luma, where you sign up for gatherings',
      'Slack, where we talk',
    ])
      expect(await page.getByRole('heading', { name: place, exact: true }).isVisible()).toBe(true)
    const wide = await page.evaluate(() => document.documentElement.scrollWidth)
    expect(wide).toBeLessThanOrEqual(320)

    const field = page.getByLabel('Type your address to confirm')
    const button = page.getByRole('button', { name: 'Delete my account for good' })
    await button.click()
    const said = page.locator('#delete [data-error-for=confirm]')
    await expect
      .poll(() => said.textContent())
      .toContain('Type the address that you are signed in with')
    await field.fill('ada@example.org')
    await button.click()
    await expect
      .poll(() => said.textContent())
      .toContain('This is not the address that you are signed in with')
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    expect(await rowsWith(email)).not.toEqual([])
    expect(await rowsWith('ada@example.org')).not.toEqual([])
  })

  test('she deletes her account, is out in every browser, and comes back as a stranger', async () => {
    const { page, complaints } = await site.visit()
    const email = await arrive(page)
    const other = await site.visit()
    await signIn(other.page, email, '/account/data/')
    await state(other.page, 'ready')
    const [before] = await site.sql`select max(id) as id from private.tombstones`

    await page.getByLabel('Type your address to confirm').fill(` ${email.toUpperCase()}`)
    await page.getByRole('button', { name: 'Delete my account for good' }).click()
    await page.waitForURL('**/goodbye/')
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('Goodbye')
    expect(await page.evaluate(() => localStorage.getItem('commons-session'))).toBeNull()
    expect(await page.locator('script[src]').count()).toBe(0)

    const [tombstone] = await site.sql`select max(id) as id from private.tombstones`
    expect(tombstone!.id).not.toBe(before!.id)
    await expect
      .poll(async () => [
        ...(await site.sql`
            select provider, state from admin.erasures
             where tombstone_id = ${tombstone!.id} order by 1`),
      ])
      .toEqual([
        { provider: 'stripe', state: 'done' },
        { provider: 'mailchimp', state: 'done' },
        { provider: 'storage', state: 'done' },
      ])
    await expect.poll(() => rowsWith(email)).toEqual([])

    // The other browser still holds a token; it shows nothing of hers.
    await other.page.goto('/account/data/')
    await state(other.page, 'ready')
    await other.page.getByRole('button', { name: 'Prepare my data' }).click()
    await expect
      .poll(() => other.page.locator('[data-prepare-error]').textContent())
      .toContain('Sign in first')
    await other.page.goto('/account/profile/')
    await other.page.waitForURL('**/home/')

    await page.goto('/account/')
    await state(page, 'signed-out')
    // The same address signs in as somebody whom nobody knows.
    await signIn(page, email, '/account/data/')
    await state(page, 'ready')
    await page.getByRole('button', { name: 'Prepare my data' }).click()
    const { content } = await saved(page, 'json')
    const held = JSON.parse(content)
    expect(held).toMatchObject({
      member: null,
      profile: null,
      membership: null,
      invoices: [],
      log: [],
    })
    expect(held.sign_in.email).toBe(email)
    expect(complaints).toEqual([])
  })
})
