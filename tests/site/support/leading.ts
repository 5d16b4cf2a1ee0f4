import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/** Where an event is written; ?id= names one. */
export const form = '/lead/events/edit/'
export const named = (name: string) => `${name} (test)`
export const saved = (page: Page) => page.locator('[data-safety="saved"]').waitFor()
export const press = (page: Page, name: string) =>
  page.getByRole('button', { name, exact: true }).click()
/** A clock some days from now, as a date field takes it. */
export const inDays = (days: number, hour = '19:30') =>
  `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)}T${hour}`
export async function write(page: Page, name: string, days = 5): Promise<void> {
  await page.getByLabel('Title').fill(named(name))
  await page.getByLabel('Starts').fill(inDays(days))
  await page.getByLabel(/^Place/).fill('Lisbon')
  await saved(page)
}

/** The page looks ever more seldom whether Luma has answered: what comes after half a minute it sees half a minute later. */
export const live = (page: Page) =>
  page.getByText('Live: guests can register.').waitFor({ timeout: 90_000 })

/** What somebody does at Luma by herself. */
export async function atLuma(luma: string, order: string, body: object) {
  const answer = await fetch(`${luma}/_sandbox/luma/${order}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(answer.status, await answer.clone().text()).toBe(200)
  return answer.json()
}
