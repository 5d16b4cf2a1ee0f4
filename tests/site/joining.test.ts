import { afterAll, beforeAll, expect, test } from 'vitest'
import { arrived, join } from './support/pay.ts'
import { freshEmail, openSite, type Site, signIn, state, toast } from './support/site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

test('a visitor joins, is welcomed, signs in with the mailed code, becomes visible and finds Ada', async () => {
  const email = freshEmail('vera')
  const craft = `Weaver of small models ${email.slice(5, 13)}`
  const { page, complaints } = await site.visit()

  await join(page, { email, name: 'Vera Lindt', tier: 'Monthly' })
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('Welcome')
  await arrived(site, email)

  await signIn(page, email)
  await state(page, 'ready')
  expect(await page.getByRole('heading', { level: 1, name: 'Hello, Vera' }).isVisible()).toBe(true)
  expect(await page.getByText('Monthly member').isVisible()).toBe(true)
  expect(await page.getByText(/^Renews on .* for \$10 a month\.$/).isVisible()).toBe(true)

  await page.getByRole('link', { name: 'Decide who may find you' }).click()
  await page.waitForURL('**/account/profile/**')
  await state(page, 'ready')
  const profile = page.locator('#profile')
  expect(await profile.getByLabel('No, not now').isChecked()).toBe(true)
  await profile.getByLabel('Yes, list me').check()
  await profile.getByLabel('In one line', { exact: true }).fill(craft)
  await profile.getByRole('button', { name: 'Save my profile' }).click()
  await toast(page, 'Saved. Other members can find you.')

  await page.getByRole('link', { name: 'Directory', exact: true }).first().click()
  await page.waitForURL('**/directory/')
  await state(page, 'ready')
  await page.getByRole('searchbox').fill('ada park')
  await expect.poll(() => page.locator('.person h2').allTextContents()).toEqual(['Ada Park'])
  await expect.poll(() => new URL(page.url()).searchParams.get('search')).toBe('ada park')
  await page.getByRole('searchbox').fill(craft.toUpperCase())
  await expect.poll(() => page.locator('.person h2').allTextContents()).toEqual(['Vera Lindt'])
  await page.getByRole('searchbox').fill('nobody is called this')
  await state(page, 'empty')
  expect(complaints).toEqual([])
})

test('the directory goes on by the page, without anybody twice and without hidden people', async () => {
  const { page, complaints } = await site.visit()
  await signIn(page, 'lea@example.org', '/directory/')
  await state(page, 'ready')
  expect(await page.locator('.person').count()).toBe(24)
  const more = page.getByRole('button', { name: 'Show more' })
  while (await more.isVisible()) {
    const shown = await page.locator('.person').count()
    await more.click()
    await expect.poll(() => page.locator('.person').count()).toBeGreaterThan(shown)
  }
  const names = await page.locator('.person h2').allTextContents()
  expect(names.length).toBeGreaterThan(40)
  const held = await site.sql<{ name: string }[]>`
    select name from public.profiles where is_visible and access_until > private.clock() order by name_key, member_id`
  expect(names).toEqual(held.map(({ name }) => name))
  expect(names).toContain('Ada Park')
  expect(names).not.toContain('Bea Lindholm')
  expect(names).not.toContain('Cyn Moreau')
  expect(await page.content()).not.toContain('@example.org')
  expect(complaints).toEqual([])
})

test('what a member wrote is shown as text, never run', async () => {
  const email = freshEmail('mallory')
  const { page, complaints } = await site.visit()
  await join(page, { email, name: 'Mallory Script', tier: 'Annual' })
  await arrived(site, email)
  await signIn(page, email)
  await state(page, 'ready')
  await page.goto('/account/profile/')
  await state(page, 'ready')
  const hostile = '<img src=x onerror="document.title=\'run\'"> Mallory'
  const profile = page.locator('#profile')
  await profile.getByLabel('Yes, list me').check()
  await profile.getByLabel('Name', { exact: true }).fill(hostile)
  await profile.getByRole('button', { name: 'Save my profile' }).click()
  await toast(page, 'Saved. Other members can find you.')
  await page.goto('/directory/?search=mallory')
  await expect.poll(() => page.locator('.person h2').allTextContents()).toEqual([hostile])
  expect(await page.title()).not.toBe('run')
  expect(await page.locator('.person img').count()).toBe(0)
  await page.goto('/account/profile/')
  await state(page, 'ready')
  expect(await page.title()).not.toBe('run')
  expect(complaints).toEqual([])

  // Leaves no odd name behind for the tests that come after.
  await page.locator('#profile').getByLabel('No, not now').check()
  await page.locator('#profile').getByRole('button', { name: 'Save my profile' }).click()
  await toast(page, 'Saved. Nobody but you sees it.')
})

test('a member who is signed in is told that she is one already', async () => {
  const { page } = await site.visit()
  await signIn(page, 'bea@example.org')
  await state(page, 'ready')
  await page.goto('/join/')
  await page.getByText('You are signed in').waitFor()
  await page.getByRole('button', { name: 'Continue to payment' }).click()
  const said = page.locator('[data-error-for=tier]')
  await expect.poll(() => said.textContent()).toContain('You are a member already')
  expect(await page.locator('[name=tier]:checked').getAttribute('aria-invalid')).toBe('true')
})

test('a gift of one’s own amount is paid and thanked for', async () => {
  const email = freshEmail('gita')
  const honoured = `my first teacher, ${email.slice(5, 13)}`
  const { page, complaints } = await site.visit()
  await page.goto('/donate/')
  await page.getByLabel('Other', { exact: true }).check()
  await page.getByRole('button', { name: 'Continue to payment' }).click()
  await page
    .getByText('Say how much you want to give')
    .or(page.locator('#field-other-error:not(:empty)'))
    .first()
    .waitFor()
  await page.getByLabel('Your amount').fill('12.50')
  await page.getByLabel('In honour of').fill(honoured)
  await page.getByLabel('Your e-mail address').fill(email)
  await page.getByRole('button', { name: 'Continue to payment' }).click()
  await page.getByRole('button', { name: 'Donate $12.50' }).waitFor()
  await page.getByLabel('Card number').fill('4242 4242 4242 4242')
  await page.getByLabel('Expiry').fill('12 / 39')
  await page.getByLabel('Security code').fill('123')
  await page.getByLabel('Name on card').fill('Gita Rao')
  await page.getByRole('button', { name: 'Donate $12.50' }).click()
  await page.waitForURL(({ pathname }) => pathname.startsWith('/thank-you'))
  await expect
    .poll(
      () => site.sql`
        select amount::integer, currency, status from public.donations where in_honour_of = ${honoured}`,
    )
    .toEqual([{ amount: 1250, currency: 'usd', status: 'paid' }])
  expect(complaints).toEqual([])
})
