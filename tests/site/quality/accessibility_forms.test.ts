// axe finds nothing serious on the steps and the errors of forms either, nor in what opens on a page.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSite, type Site } from '../support/site.ts'
import { findings } from './axe.ts'
import { addressOf, carry, sessionOf, settled } from './support.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

const fill = (page: Page, label: string, text: string) => page.getByLabel(label).fill(text)
const press = (page: Page, name: string) => page.getByRole('button', { name }).click()

interface Step {
  what: string
  path: string
  viewer?: 'ada' | 'lea'
  act(page: Page): Promise<unknown>
}

const steps: Step[] = [
  {
    what: 'an address that is none',
    path: '/sign-in/',
    async act(page) {
      await fill(page, 'Your e-mail address', 'nobody')
      await press(page, 'Mail me a code')
      await page.getByText('This does not look like').waitFor()
    },
  },
  {
    what: 'the step of the code, and a code that is wrong',
    path: '/sign-in/',
    async act(page) {
      await fill(page, 'Your e-mail address', `axe.${crypto.randomUUID().slice(0, 8)}@example.org`)
      await press(page, 'Mail me a code')
      await fill(page, 'Six-digit code', '000000')
      await page.getByText('This code is wrong, used or too old.').waitFor()
    },
  },
  {
    what: 'a purchase with an address that is none',
    path: '/join/',
    async act(page) {
      await fill(page, 'Your e-mail address', 'nobody')
      await press(page, 'Continue to payment')
      await page.locator('[aria-invalid="true"]').first().waitFor()
    },
  },
  {
    what: 'a directory without a hit',
    path: '/directory/?q=zzzzzz',
    viewer: 'ada',
    act: (page) => settled(page, 'ready'),
  },
  {
    what: 'a library without a hit',
    path: '/resources/?q=zzzzzz',
    viewer: 'ada',
    act: (page) => settled(page, 'ready'),
  },
  {
    what: 'what was',
    path: '/calendar/?when=past',
    viewer: 'ada',
    act: (page) => settled(page, 'ready'),
  },
  {
    what: 'a private address that was just made',
    path: '/calendar/',
    viewer: 'ada',
    async act(page) {
      await press(page, 'Subscribe in my calendar')
      await press(page, 'Make my private address')
      await page.getByLabel('Your private address').waitFor()
    },
  },
  {
    what: 'an event that lacks its title',
    path: '/lead/events/edit/',
    viewer: 'lea',
    async act(page) {
      await page.getByRole('button', { name: 'Publish', exact: true }).click()
      await page.getByText('It needs a title.').waitFor()
    },
  },
  {
    what: 'the question whether to cancel',
    path: '/lead/events/edit/?id=ID',
    viewer: 'lea',
    async act(page) {
      await press(page, 'Cancel the event')
      await page.getByText('We mail it to the guests').waitFor()
    },
  },
  {
    what: 'a message to guests',
    path: '/lead/events/guests/?id=ID',
    viewer: 'lea',
    async act(page) {
      await press(page, 'Write to guests')
      await page.getByLabel('Your words').waitFor()
    },
  },
]

test.each(steps)('$path: $what', async ({ path, viewer, act }) => {
  const { page, context } = await site.visit()
  if (viewer) await carry(context, await sessionOf(viewer))
  await page.goto(await addressOf(site, { path }))
  await act(page)
  expect(await findings(page)).toEqual([])
  await context.close()
})
