// Pages that show a form before their script has come: on a slow phone one types, and presses, earlier than that.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSite, type Site } from './support/site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

const pages = [
  { path: '/sign-in/', button: 'Mail me a code', field: 'Your e-mail address' },
  { path: '/join/', button: 'Continue to payment', field: /^Your e-mail address/ },
  { path: '/donate/', button: 'Continue to payment', field: /^A note to us/ },
  { path: '/auth/confirm/?token_hash=abc&type=email', button: 'Sign in' },
  { path: `/unsubscribe/#${'x'.repeat(43)}`, button: 'Stop these mails' },
]

test.each(pages)(
  '$path keeps what was typed, and out of its address, until it can send it',
  async ({ path, button: name, field }) => {
    const { page } = await site.visit()
    const { promise: slow, resolve: comes } = Promise.withResolvers<void>()
    await page.route('**/*.js', async (route) => {
      await slow
      await route.continue()
    })
    await page.goto(path, { waitUntil: 'commit' })
    const button = page.getByRole('main').getByRole('button', { name })
    await button.waitFor()
    const address = page.url()
    const typed = 'ada@example.org'
    if (field) {
      await page.getByLabel(field).fill(typed)
      await page.getByLabel(field).press('Enter')
    }
    expect(await button.isDisabled()).toBe(true)
    comes()
    await expect.poll(() => button.isEnabled()).toBe(true)
    expect(page.url()).toBe(address)
    if (field) expect(await page.getByLabel(field).inputValue()).toBe(typed)
  },
)

test('no browser sends a form by itself, whatever it is made to do', async () => {
  for (const { path } of pages) {
    const { page, context } = await site.visit()
    await page.goto(path)
    const address = page.url()
    const refused = page.waitForEvent('console', (message) => /form-action/.test(message.text()))
    await page.evaluate(() => document.querySelector<HTMLFormElement>('main form')?.submit())
    await refused
    expect(page.url()).toBe(address)
    await context.close()
  }
})
