import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { keepProfile, sideways } from './support/people.ts'
import { openSite, type Site, signIn, state, toast } from './support/site.ts'

let site: Site
let putBack: (() => Promise<void>)[]
beforeAll(async () => {
  site = await openSite()
  putBack = [
    await keepProfile(site, 'Ada Park'),
    await keepProfile(site, 'Bea Lindholm'),
    await keepProfile(site, 'Cyn Moreau'),
  ]
})
afterEach(async () => {
  for (const back of putBack) await back()
})
afterAll(() => site.close())

async function open(email: string, options = {}) {
  const visit = await site.visit(options)
  await signIn(visit.page, email, '/account/profile/')
  await state(visit.page, 'ready')
  return visit
}
const save = async (page: Page) => {
  await page.getByRole('button', { name: 'Save my profile' }).click()
  return toast(page, /^Saved\. /)
}
const stored = async (name: string) => {
  const [row] = await site.sql`
    select headline, bio, location, linkedin_url, links, offers, seeks, interests, is_visible,
           hidden_fields::text[], leader_fields::text[] from public.profiles where name = ${name}`
  return row
}
/** What the preview shows, or what it says when it shows nobody. */
const previewed = async (page: Page, eyes: string) => {
  const asked = page.waitForResponse('**/rpc/preview_profile')
  await page.locator('#preview').getByLabel(eyes).check()
  await asked
  await page.locator('#preview[aria-busy=false]').waitFor()
  return page.locator('#preview').innerText()
}

test('Bea fills in everything, says who sees what, and sees what each of them is shown', async () => {
  const { page, complaints } = await open('bea@example.org')
  expect(await page.getByLabel('No, not now').isChecked()).toBe(true)
  await page.getByLabel('Yes, list me').check()
  await page.getByLabel('In one line', { exact: true }).fill('Wind, mostly')
  await page.getByLabel('Place', { exact: true }).fill('Gothenburg, Sweden')
  await page.getByLabel('About you', { exact: true }).fill('I model wind.\nI read along.')
  await page.getByLabel('What I can help with', { exact: true }).fill('Weather and time series')
  await page.getByLabel('What I am looking for', { exact: true }).fill('A reading group')
  await page.getByLabel('LinkedIn', { exact: true }).fill('www.LinkedIn.com/in/bea')
  await page.getByLabel('Link 1').fill('bea.example.org/papers')
  await page.getByRole('button', { name: 'Add another link' }).click()
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('link-1')
  await page.getByLabel('Link 2').fill('https://wind.example.org')
  for (const box of await page.locator('#profile [name=interests]').all()) await box.uncheck()
  for (const choice of await page.getByLabel('Who sees this').all())
    await choice.selectOption('Members')
  for (const topic of ['Data and research', 'Teaching'])
    await page.locator('#profile').getByLabel(topic).check()
  expect(await page.locator('#interests-count').textContent()).toBe('2 of 8')
  await page.getByLabel('Who sees this: Place').selectOption('Leaders')
  await page.getByLabel('Who sees this: What I am looking for').selectOption('Only me')
  expect(await save(page)).toBe('Saved. Other members can find you.')
  expect(await stored('Bea Lindholm')).toEqual({
    headline: 'Wind, mostly',
    bio: 'I model wind.\nI read along.',
    location: 'Gothenburg, Sweden',
    linkedin_url: 'https://www.linkedin.com/in/bea',
    links: ['https://bea.example.org/papers', 'https://wind.example.org'],
    offers: 'Weather and time series',
    seeks: 'A reading group',
    interests: ['data', 'education'],
    is_visible: true,
    hidden_fields: ['seeks'],
    leader_fields: ['location'],
  })

  await page.reload()
  await state(page, 'ready')
  expect(await page.getByLabel('Link 1').inputValue()).toBe('https://bea.example.org/papers')
  expect(await page.getByLabel('Who sees this: Place').inputValue()).toBe('leader')
  const asVisitor = await previewed(page, 'A visitor')
  expect(asVisitor).toContain('Visitors see nothing of you')
  expect(asVisitor).not.toContain('Wind, mostly')
  const asMember = await previewed(page, 'Another member')
  expect(asMember).toContain('Weather and time series')
  expect(asMember).not.toMatch(/Gothenburg|reading group/)
  const asLeader = await previewed(page, 'A leader')
  expect(asLeader).toContain('Gothenburg')
  expect(asLeader).not.toContain('reading group')

  const ada = await site.visit()
  await signIn(ada.page, 'ada@example.org', '/directory/?search=wind mostly')
  await ada.page.getByRole('link', { name: 'Bea Lindholm' }).click()
  await ada.page.getByRole('heading', { level: 1, name: 'Bea Lindholm' }).waitFor()
  const shown = await ada.page.locator('main').innerText()
  expect(shown).toContain('Weather and time series')
  expect(shown).not.toMatch(/Gothenburg|reading group/)

  await page.getByLabel('No, not now').check()
  expect(await save(page)).toBe('Saved. Nobody but you sees it.')
  await page.getByText('Nobody sees you: you said that you do not want to be found now.').waitFor()
  expect(complaints).toEqual([])
})

test('what the database cannot keep is said at its field, and nothing is lost', async () => {
  const { page } = await open('ada@example.org')
  const said = (field: string) => page.locator(`#profile [data-error-for=${field}]`).textContent()
  const before = await stored('Ada Park')
  const press = () => page.getByRole('button', { name: 'Save my profile' }).click()

  await page.getByLabel('Link 1').fill('javascript:alert(1)')
  await page.getByLabel('In one line', { exact: true }).fill('Still typing')
  await press()
  await expect.poll(() => said('links')).toContain('One of the links cannot be opened')
  expect(await said('links')).toContain('Write each one like https://example.org/about.')
  expect(await page.getByLabel('Link 1').getAttribute('aria-invalid')).toBe('true')
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('link-0')
  await page.getByLabel('Link 1').fill('')

  await page.getByLabel('LinkedIn', { exact: true }).fill('evil.example/linkedin.com/in/ada')
  await press()
  await expect.poll(() => said('linkedin_url')).toContain('This is not a LinkedIn page')
  expect(await said('links'), 'what was mended is said no more').toBe('')
  await page.getByLabel('LinkedIn', { exact: true }).fill('')

  for (const box of await page.locator('#profile [name=interests]').all()) await box.check()
  await press()
  await expect.poll(() => said('interests')).toContain('Choose up to 8 topics')

  await page.getByLabel('Name', { exact: true }).fill(' ')
  await press()
  await expect.poll(() => said('name')).not.toBe('')
  expect(await stored('Ada Park')).toEqual(before)
  expect(await page.getByLabel('In one line', { exact: true }).inputValue()).toBe('Still typing')
})

test('what was typed and not saved is kept until it is saved, undone, or she signs out', async () => {
  const { page, complaints } = await open('ada@example.org')
  const offers = page.getByLabel('What I can help with', { exact: true })
  const kept = page.getByText('What you had typed and not saved is still here.')
  const drafts = () =>
    page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('draft')).length)
  const before = await offers.inputValue()
  expect(await page.getByText('Not saved yet').isVisible()).toBe(false)
  await offers.fill('Half a sentence')
  await page.locator('#profile').getByLabel('Teaching').check()
  expect(await page.getByText('Not saved yet').isVisible()).toBe(true)
  await page.goto('/directory/')
  await page.goto('/account/profile/')
  await state(page, 'ready')
  expect(await kept.isVisible()).toBe(true)
  expect(await offers.inputValue()).toBe('Half a sentence')
  expect(await page.locator('#profile').getByLabel('Teaching').isChecked()).toBe(true)

  await page.getByRole('button', { name: 'Undo my changes' }).click()
  expect(await offers.inputValue()).toBe(before)
  expect([await kept.isVisible(), await drafts()]).toEqual([false, 0])

  await offers.fill('A whole sentence.')
  expect(await drafts()).toBe(1)
  await save(page)
  expect(await drafts()).toBe(0)
  expect(await page.getByText('Not saved yet').isVisible()).toBe(false)

  await offers.fill('Not for the next person here')
  expect(await drafts()).toBe(1)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL((url) => url.pathname === '/')
  expect(await drafts()).toBe(0)
  expect(complaints).toEqual([])
})

test('what was changed elsewhere meanwhile is not taken back by an old draft', async () => {
  const { page, complaints } = await open('ada@example.org')
  await page.getByLabel('What I can help with', { exact: true }).fill('Drafted on the phone')
  await site.sql`update public.profiles set headline = 'Changed at the desk' where name = 'Ada Park'`
  await page.reload()
  await state(page, 'ready')
  expect(await page.getByLabel('In one line', { exact: true }).inputValue()).toBe(
    'Changed at the desk',
  )
  await site.sql`update public.profiles set bio = 'And once more' where name = 'Ada Park'`
  await save(page)
  expect(await stored('Ada Park')).toMatchObject({
    offers: 'Drafted on the phone',
    headline: 'Changed at the desk',
    bio: 'And once more',
  })
  expect(complaints).toEqual([])
})

describe('who is no member now', () => {
  test('Cyn may mend her profile, and is told that nobody sees it', async () => {
    const { page, complaints } = await open('cyn@example.org')
    await page.getByLabel('In one line', { exact: true }).fill('Between two chapters still')
    await save(page)
    expect(await stored('Cyn Moreau')).toMatchObject({ headline: 'Between two chapters still' })
    expect(await previewed(page, 'A leader')).toContain(
      'While you have no membership, nobody sees you.',
    )
    expect(complaints).toEqual([])
  })
  test('Eve is sent to say who she is first', async () => {
    const { page } = await site.visit()
    await signIn(page, 'eve@example.org', '/home/')
    await page.goto('/account/profile/')
    await page.waitForURL('**/home/')
  })
  test('a visitor is asked to sign in', async () => {
    const { page } = await site.visit()
    await page.goto('/account/profile/')
    await state(page, 'signed-out')
  })
})

test('with the keyboard alone one hides a field, ticks an interest and saves', async () => {
  const { page, complaints } = await open('ada@example.org', { width: 375 })
  const tabTo = async (wanted: string) => {
    const there = () => page.evaluate((css) => document.activeElement?.matches(css), wanted)
    for (let step = 0; step < 90 && !(await there()); step++) await page.keyboard.press('Tab')
    expect(await there(), wanted).toBe(true)
  }
  await tabTo('#seen-bio')
  await page.keyboard.press('o')
  expect(await page.locator('#seen-bio').inputValue()).toBe('me')
  await tabTo('[name=interests][value=health]')
  await page.keyboard.press('Space')
  await tabTo('#profile button[type=submit]')
  await page.keyboard.press('Enter')
  await toast(page, 'Saved. Other members can find you.')
  const row = await stored('Ada Park')
  expect(row?.hidden_fields).toEqual(['bio'])
  expect(row?.interests).toContain('health')
  expect(complaints).toEqual([])
})

test('on the narrowest phone nothing sticks out, also with text at 200 %', async () => {
  const { page } = await open('ada@example.org', { width: 320 })
  await previewed(page, 'A leader')
  expect(await sideways(page)).toBe(0)
  await page.evaluate(() => {
    document.documentElement.style.fontSize = '200%'
  })
  expect(await sideways(page)).toBe(0)
})
