import type { Page } from 'playwright-core'

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

export const live = (page: Page) =>
  page.getByText('Live: guests can register.').waitFor({ timeout: 20_000 })
