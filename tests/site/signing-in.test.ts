import { afterAll, beforeAll, expect, test } from 'vitest'
import { askForCode, freshEmail, openSite, type Site, signIn, state } from './support/site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

test('a signed-out deep link asks to sign in, and leads back to where one came from', async () => {
  const { page, complaints } = await site.visit()
  await page.goto('/directory/?search=berlin')
  await state(page, 'signed-out')
  await page.locator('[data-when=signed-out]').getByRole('link', { name: 'Sign in' }).click()
  const { code } = await askForCode(page, 'bea@example.org')
  await page.getByLabel('Six-digit code').fill(code)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL('**/directory/?search=berlin')
  await expect
    .poll(() => page.locator('.person h2').allTextContents())
    .toEqual(['Anneliese Brandt'])
  expect(complaints).toEqual([])
})

test('opening the mailed link, even twice, consumes nothing; the button does, once', async () => {
  const { page, complaints } = await site.visit()
  await page.goto('/sign-in/?next=/directory/')
  const { link } = await askForCode(page, 'kim@example.org')

  // A mail scanner: fetches the address, then opens it in a browser of its own.
  expect((await fetch(link)).status).toBe(200)
  const scanner = await site.visit()
  await scanner.page.goto(link)
  await state(scanner.page, 'ready')

  await page.goto(link)
  await page.reload()
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL('**/directory/')
  await state(page, 'ready')
  expect(complaints).toEqual([])

  await scanner.page.getByRole('button', { name: 'Sign in' }).click()
  await scanner.page.getByText('This code is wrong, used or too old.').waitFor()
})

test('a link that lost its end says so', async () => {
  const { page } = await site.visit()
  await page.goto('/auth/confirm/?type=email')
  await state(page, 'failed')
  expect(await page.getByRole('link', { name: 'Sign in with a code' }).isVisible()).toBe(true)
})

test('known and unknown addresses get the same answer, and a stranger becomes no member', async () => {
  const answers: (string | undefined)[] = []
  const stranger = freshEmail('sam')
  for (const email of ['ada@example.org', stranger]) {
    const { page } = await site.visit()
    await page.goto('/sign-in/')
    await askForCode(page, email)
    const said = await page.locator('#sign-in').innerText()
    answers.push(said.replace(email, 'the address'))
  }
  expect(answers[0]).toBe(answers[1])
  expect(await site.sql`select from public.member_emails where email = ${stranger}`).toEqual([])
})

test('a wrong code is refused at the field, and the right one still works', async () => {
  const { page } = await site.visit()
  await page.goto('/sign-in/')
  const { code } = await askForCode(page, freshEmail('wanda'))
  const field = page.getByLabel('Six-digit code')
  await field.fill(code === '000000' ? '111111' : '000000')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('This code is wrong, used or too old.').waitFor()
  expect(await field.getAttribute('aria-invalid')).toBe('true')
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('field-code')
  await field.fill(`${code.slice(0, 3)} ${code.slice(3)}`)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL('**/account/')
})

test('a stranger signs up, and says that she paid with another address', async () => {
  const email = freshEmail('olga')
  const { page, complaints } = await site.visit()
  await signIn(page, email)
  await state(page, 'empty')
  await page.getByLabel('Your name').fill('Olga Stern')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByText('Choose yes or no').waitFor()
  await page.locator('#sign-up').getByLabel('No, not now').check()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('heading', { name: 'You have not joined yet' }).waitFor()
  const [profile] = await site.sql`
    select p.name, p.is_visible from public.profiles p join public.member_emails e using (member_id) where e.email = ${email}`
  expect(profile).toEqual({ name: 'Olga Stern', is_visible: false })

  await page.getByText('I paid with another address').click()
  await page.getByLabel('The address that you paid with').fill('olga.elsewhere@example.org')
  await page.getByRole('button', { name: 'Tell us' }).click()
  await page.getByText('We will look at it and write to you.').waitFor()

  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL(`${site.urls.site}/`)
  await page.goto('/account/')
  await state(page, 'signed-out')
  expect(complaints).toEqual([])
})

test('signing in never leads to another origin', async () => {
  for (const next of [
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example',
    'javascript:alert(1)',
  ]) {
    const { page, context } = await site.visit()
    await page.goto(`/sign-in/?next=${encodeURIComponent(next)}`)
    const { code } = await askForCode(page, 'lea@example.org')
    await page.getByLabel('Six-digit code').fill(code)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(`${site.urls.site}/account/`)
    await context.close()
  }
})

test('an ended member sees when it ended and one button to come back, and no directory', async () => {
  const { page } = await site.visit()
  await signIn(page, 'cyn@example.org')
  await state(page, 'lapsed')
  expect(await page.getByRole('link', { name: 'Come back' }).getAttribute('href')).toBe('/join/')
  await page.goto('/directory/')
  await state(page, 'lapsed')
  expect(await page.locator('.person').count()).toBe(0)
})
