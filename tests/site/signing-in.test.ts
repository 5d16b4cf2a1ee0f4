import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  askForCode,
  freshEmail,
  openSite,
  type Site,
  signIn,
  state,
  stopTheClock,
} from './support/site.ts'

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
  await scanner.page.getByText('This link is wrong, used or too old.').waitFor()
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
  await page.getByText('This code is wrong, used or too old.').waitFor()
  expect(await field.getAttribute('aria-invalid')).toBe('true')
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('field-code')
  // Pasted with what stood around it in the mail.
  await field.fill(` ${code.slice(0, 3)} ${code.slice(3)}.`)
  await page.waitForURL('**/home/')
})

test('who tries too often is told to wait, and loses nothing', async () => {
  const { page } = await site.visit()
  const often = { code: 'over_request_rate_limit', msg: 'Request rate limit reached' }
  const refuse = (path: string) =>
    page.route(`**/auth/v1/${path}`, (route) =>
      route.fulfill({ status: 429, json: often, headers: { 'access-control-allow-origin': '*' } }),
    )
  await page.goto('/sign-in/')
  await refuse('otp*')
  await page.getByLabel('Your e-mail address').fill(freshEmail('hasty'))
  await page.getByRole('button', { name: 'Mail me a code' }).click()
  await page.getByText('A mail was sent a moment ago. Wait a minute, then try again.').waitFor()
  await page.unroute('**/auth/v1/otp*')

  const { code } = await askForCode(page, freshEmail('patient'))
  await refuse('verify*')
  await page.getByLabel('Six-digit code').fill(code)
  const said = page.locator('#verify .form-error')
  await said.getByText('Those were many tries in a short time. Wait a minute').waitFor()
  expect(await said.getAttribute('role')).toBe('alert')
  expect(await page.getByLabel('Six-digit code').inputValue()).toBe(code)
  // The minute is over: the same code still opens the door.
  await page.unroute('**/auth/v1/verify*')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL('**/home/')
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
    '/%2f%2fevil.example',
  ]) {
    const { page, context } = await site.visit()
    await page.goto(`/sign-in/?next=${encodeURIComponent(next)}`)
    const { code } = await askForCode(page, freshEmail('lena'))
    await page.getByLabel('Six-digit code').fill(code)
    await page.waitForURL(`${site.urls.site}/home/`)
    await context.close()
  }
})

test('an ended member sees when it ended and one button to come back, and no directory', async () => {
  const { page } = await site.visit()
  await signIn(page, 'cyn@example.org')
  await state(page, 'lapsed')
  for (const path of ['/home/', '/directory/']) {
    await page.goto(path)
    await state(page, 'lapsed')
    const screen = page.locator('[data-when=lapsed]')
    expect(await screen.innerText()).toMatch(/It was yours through \w+ \d+, \d{4}\./)
    expect(await screen.locator('.button').count()).toBe(1)
    expect(await screen.getByRole('link', { name: 'Come back' }).getAttribute('href')).toBe(
      '/join/',
    )
    expect(await page.locator('.person, .face').count()).toBe(0)
  }
})

/** Lets the session that the browser keeps be too old. On a page that runs nothing: another would renew it by itself. */
async function growOld(page: Page) {
  await page.goto('/robots.txt')
  await page.evaluate(() => {
    const kept = JSON.parse(localStorage.getItem('commons-session') ?? '{}')
    localStorage.setItem('commons-session', JSON.stringify({ ...kept, expires_at: 1 }))
  })
}

test('a session that has ended is told apart from never having signed in', async () => {
  const { page, context } = await site.visit()
  await page.goto('/home/')
  await state(page, 'signed-out')
  await signIn(page, 'bea@example.org')
  await state(page, 'ready')
  await site.sql`delete from auth.sessions where user_id = (select id from auth.users where email = 'bea@example.org')`
  await growOld(page)
  // A page gives the server eight seconds to refuse: none of them passes before it has.
  await stopTheClock(page)
  await page.goto('/account/')
  await state(page, 'expired')
  const again = page.getByRole('link', { name: 'Sign in again' })
  expect(await again.getAttribute('href')).toBe('/sign-in/?next=%2Faccount%2F')
  await context.close()
})

test('who is offline is not told that she was signed out', async () => {
  const { page, context } = await site.visit()
  await signIn(page, 'bea@example.org')
  await state(page, 'ready')
  await growOld(page)
  await page.route('**/auth/v1/**', (route) => route.abort())
  // The client tries for half a minute before it gives up; here that passes as fast as it asks.
  await page.clock.install()
  await page.goto('/home/')
  await expect
    .poll(async () => {
      await page.clock.runFor(5000)
      return page.locator('[data-state="failed"]').count()
    })
    .toBe(1)
  await page.clock.resume()
  expect(await page.locator('[data-failure]').textContent()).toContain('could not reach the server')
  await page.unroute('**/auth/v1/**')
  await page.getByRole('button', { name: 'Try again' }).click()
  await state(page, 'ready')
  await context.close()
})

test('the link opened in another browser signs that one in, and HEAD and GET take nothing away', async () => {
  const { page } = await site.visit()
  await page.goto('/sign-in/?next=/directory/')
  const { link, code } = await askForCode(page, 'bea@example.org')
  for (const method of ['HEAD', 'GET', 'HEAD'])
    expect((await fetch(link, { method })).status).toBe(200)
  const other = await site.visit()
  await other.page.goto(link)
  await other.page.getByRole('button', { name: 'Sign in' }).click()
  // This browser never asked for a mail: it knows no way back.
  await other.page.waitForURL('**/home/')
  await state(other.page, 'ready')
  // What the link used up, the code cannot use again.
  await page.getByLabel('Six-digit code').fill(code)
  await page.getByText('This code is wrong, used or too old.').waitFor()
})

test('signing out leaves nothing of a member behind, also by the back button', async () => {
  const { page } = await site.visit()
  await signIn(page, 'lea@example.org')
  await state(page, 'ready')
  const kept = () =>
    page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('commons-')))
  expect(await kept()).toContain('commons-role')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL(`${site.urls.site}/`)
  expect(await kept()).toEqual([])
  await page.goBack()
  await state(page, 'signed-out')
})
