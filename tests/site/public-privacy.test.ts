import { afterAll, beforeAll, expect, test } from 'vitest'
import { community } from '../../site/community.config.ts'
import { bySubject, type Held } from '../../site/src/lib/privacy.ts'
import { openSite, type Site } from './support/site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

test('the privacy page lists everything that the database says it holds, and nothing else', async () => {
  const held = await site.sql<Held[]>`select * from public.personal_data()`
  expect(held.length).toBeGreaterThan(50)
  const { page, complaints } = await site.visit({ javaScript: false, width: 320 })
  await page.goto('/privacy/')
  const shown = await page
    .locator('.held details')
    .evaluateAll((subjects) =>
      subjects.flatMap((subject) =>
        [...subject.querySelectorAll('li')].map((item) => [
          subject.querySelector('h2')?.textContent,
          item.querySelector('h3')?.textContent,
          item.querySelector('p')?.textContent,
          ...[...(item.closest('.group')?.querySelectorAll('dd') ?? [])].map(
            (answer) => answer.textContent,
          ),
        ]),
      ),
    )
  const wanted = bySubject([...held]).flatMap(({ subject, groups }) =>
    groups.flatMap(({ fields, why, kept, seenBy }) =>
      fields.map(({ field, what }) => [subject, field, what, why, kept, seenBy]),
    ),
  )
  expect(shown).toEqual(wanted)
  expect(shown).toHaveLength(held.length)
  expect(await page.getByText(`${held.length} fields`).isVisible()).toBe(true)
  expect(complaints).toEqual([])
})

test('each subject opens, also without JavaScript, and fits a narrow phone', async () => {
  const { page } = await site.visit({ javaScript: false, width: 320 })
  await page.goto('/privacy/')
  const profile = page.locator('#your-profile')
  expect(await profile.locator('li').first().isVisible()).toBe(false)
  await profile.locator('summary').click()
  expect(await profile.locator('li').first().isVisible()).toBe(true)
  const sideways = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(sideways).toBe(0)
})

test('it names who works for us and what a person can do', async () => {
  const { page } = await site.visit({ javaScript: false })
  await page.goto('/privacy/')
  const services = await page.locator('#services h3').allInnerTexts()
  expect(services).toEqual(['Supabase', 'Stripe', 'Mailchimp', 'Resend', 'Luma', 'Slack', 'Vimeo'])
  for (const { link } of community.privacy.rights)
    expect(await page.getByRole('link', { name: link.label }).getAttribute('href')).toBe(link.href)
})
