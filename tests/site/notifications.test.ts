import { afterAll, beforeAll, expect, test } from 'vitest'
import { arrived, join } from './support/pay.ts'
import { freshEmail, openSite, type Site, signIn, state, toast } from './support/site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

const act = (verb: string, body: object) =>
  fetch(`${site.urls.mailchimp}/_sandbox/mailchimp/${verb}`, {
    method: 'POST',
    body: JSON.stringify(body),
  })
const contactState = async (email: string) => {
  const [row] = await site.sql`select state from private.audience_contacts where email = ${email}`
  return row?.state
}

test('she says yes and no, sees when and where, and hears what only she can undo at Mailchimp', async () => {
  const { page, complaints } = await site.visit()
  const email = freshEmail('nora')
  await join(page, { email, name: 'Nora Bell', tier: 'Monthly' })
  await arrived(site, email)
  await expect.poll(() => contactState(email)).toBe('subscribed')

  const asked: string[] = []
  page.on('request', (request) => {
    if (request.url().includes('/rest/v1/')) asked.push(new URL(request.url()).pathname)
  })
  await signIn(page, email, '/account/notifications/')
  await state(page, 'ready')
  expect(asked).toEqual(['/rest/v1/rpc/my_consents'])
  const mails = page.locator('[data-channel=email]')
  const whatsapp = page.locator('[data-channel=whatsapp]')
  expect(await page.getByRole('switch', { name: 'E-mail' }).isChecked()).toBe(true)
  expect(await page.getByRole('switch', { name: 'WhatsApp' }).isChecked()).toBe(false)
  expect(await mails.textContent()).toContain('As long as you are a member we write to you')
  expect(await mails.textContent()).toContain(`writes to ${email}`)

  await page.getByRole('switch', { name: 'WhatsApp' }).check()
  await expect
    .poll(() => whatsapp.locator('[data-now]').textContent())
    .toMatch(/^Yes, on .*, by you, on this page$/)
  await toast(page, 'Noted: yes.')

  // She unsubscribes in a mail; the switch follows. Her yes of later stays on record, and Mailchimp stays closed.
  await act('unsubscribe', { email })
  await expect.poll(() => contactState(email)).toBe('unsubscribed')
  await page.reload()
  await state(page, 'ready')
  expect(await page.getByRole('switch', { name: 'E-mail' }).isChecked()).toBe(false)
  expect(await mails.locator('[data-now]').textContent()).toMatch(
    /^No, on .*, by you, in one of our mails$/,
  )
  await page.getByRole('switch', { name: 'E-mail' }).check()
  await expect
    .poll(() => mails.locator('[data-mailchimp]').textContent())
    .toMatch(/only you|Only you/)
  await mails.getByText('What you said before').click()
  expect(await mails.locator('ol li').allTextContents()).toHaveLength(1)
  expect(complaints).toEqual([])
})

test('nobody else’s answers can be read or given', async () => {
  const [ada] =
    await site.sql`select member_id from public.member_emails where email = 'ada@example.org'`
  const before =
    await site.sql`select count(*)::int as n from public.consents where member_id = ${ada!.member_id}`
  const { page } = await site.visit()
  const email = freshEmail('mallory')
  await signIn(page, email, '/account/notifications/')
  // A stranger has no answers: she is asked who she is first.
  await page.waitForURL('**/home/')
  expect([
    ...(await site.sql`select count(*)::int as n from public.consents where member_id = ${ada!.member_id}`),
  ]).toEqual([...before])
})

test('on a phone the account page that one is on stands in sight among the others', async () => {
  const { page } = await site.visit({ width: 320 })
  await signIn(page, 'ada@example.org')
  for (const path of [
    '/account/',
    '/account/profile/',
    '/account/notifications/',
    '/account/data/',
  ]) {
    await page.goto(path)
    await state(page, 'ready')
    const box = await page.locator('.account-nav [aria-current]').boundingBox()
    expect(box!.x).toBeGreaterThanOrEqual(0)
    expect(box!.x + box!.width).toBeLessThan(321)
  }
})
