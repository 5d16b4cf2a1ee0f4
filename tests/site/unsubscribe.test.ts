import { afterAll, beforeAll, expect, test } from 'vitest'
import { arrived, join } from './support/pay.ts'
import { freshEmail, openSite, type Site, signIn, state } from './support/site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

interface Mail {
  text: string
  headers: Record<string, string>
}

/** Owes a mail that one may do without, and waits until Resend has it. */
async function nudge(member: string, email: string): Promise<Mail> {
  await site.sql`
    select private.send_email(${`nudge:${crypto.randomUUID()}`}, 'slack_nudge', '{}', member => ${member}, kind => 'optional')`
  const asked = `${site.urls.resend}/_sandbox/resend/emails?to=${encodeURIComponent(email)}`
  const mails = async () => (await (await fetch(asked)).json()).emails as Mail[]
  await expect.poll(async () => (await mails()).length).toBe(1)
  return (await mails())[0]!
}

test('she stops mails with one press, without signing in, and finds it among her answers', async () => {
  const { page, complaints } = await site.visit({ width: 390 })
  const email = freshEmail('una')
  await join(page, { email, name: 'Una Wells', tier: 'Monthly' })
  await arrived(site, email)
  const [her] = await site.sql<{ member_id: string }[]>`
    select member_id from public.member_emails where email = ${email}`
  const { member_id } = her!
  const mail = await nudge(member_id, email)

  // As a mail program opens it: our own door leads on to the page.
  const link = mail.headers['List-Unsubscribe']?.slice(1, -1) ?? ''
  await page.goto(link)
  await state(page, 'ready')
  expect(new URL(page.url()).pathname).toBe('/unsubscribe/')
  expect(mail.text).toContain(page.url())
  const answers = () => site.sql`
    select granted from public.consents where member_id = ${member_id} and channel = 'email' order by id desc`
  const before = (await answers()).length
  await page.getByRole('button', { name: 'Stop these mails' }).click()
  await page.getByRole('heading', { name: 'Done. We write less.' }).waitFor()
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1')
  const after = await answers()
  expect(after).toHaveLength(before + 1)
  expect(after[0]?.granted).toBe(false)

  // Once more, from the same mail: nothing new, and no complaint.
  await page.goto('/')
  await page.goto(link)
  await page.getByRole('button', { name: 'Stop these mails' }).click()
  await page.getByRole('heading', { name: 'Done. We write less.' }).waitFor()
  expect(await answers()).toHaveLength(before + 1)

  await signIn(page, email, '/account/notifications/')
  await state(page, 'ready')
  expect(await page.getByRole('switch', { name: 'E-mail' }).isChecked()).toBe(false)
  expect(await page.locator('[data-channel=email] [data-now]').textContent()).toMatch(
    /^No, on .*, by you, in one of our mails$/,
  )
  expect(complaints).toEqual([])
})

test('a link that lost a letter says so, and one that nobody was sent stops nothing', async () => {
  const { page } = await site.visit()
  await page.goto('/unsubscribe/#abc')
  await state(page, 'failed')
  await page.getByRole('heading', { name: 'This link is not complete' }).waitFor()
  await page.goto('/')
  await page.goto(`/unsubscribe/#${'x'.repeat(43)}`)
  await state(page, 'ready')
  await page.getByRole('button', { name: 'Stop these mails' }).click()
  await page.getByText('This link does not stop any mails.').waitFor()
})
