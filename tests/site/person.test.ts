import { afterAll, beforeAll, expect, test } from 'vitest'
import { listPeople, overhear, shownNames, sideways } from './support/people.ts'
import { openSite, type Site, signIn, state } from './support/site.ts'

let site: Site
let listed: Awaited<ReturnType<typeof listPeople>>
beforeAll(async () => {
  site = await openSite()
  listed = await listPeople(site, [
    {
      name: 'Yuki Sato',
      headline: 'Teaches robots to fold paper',
      bio: 'First line.\nSecond line <b>not bold</b>.',
      location: 'Nara, Japan',
      offers: 'Patience',
      seeks: 'Large sheets of paper',
      interests: ['education', 'creative'],
      linkedin_url: 'https://www.linkedin.com/in/yuki',
      links: ['https://yuki.example.org/folds'],
      leader_fields: ['seeks', 'links'],
      hidden_fields: ['location'],
    },
    { name: 'Yara Hidden', is_visible: false },
    { name: 'Yvonne Left', left: true },
  ])
})
afterAll(async () => {
  await listed.leave()
  await site.close()
})

const pageOf = (name: string) => `/directory/person/?id=${listed.id(name)}`
async function open(email: string, path: string, options = {}) {
  const visit = await site.visit(options)
  await signIn(visit.page, email, path)
  return visit
}

test('a member sees what she lets members see, offers first', async () => {
  const { page, complaints } = await open('ada@example.org', pageOf('Yuki Sato'))
  const said = overhear(page, site.urls.api)
  await page.reload()
  await page.getByRole('heading', { level: 1, name: 'Yuki Sato' }).waitFor()
  expect(await page.title()).toMatch(/^Yuki Sato ·/)
  expect(await page.getByRole('heading', { name: 'I can help with' }).isVisible()).toBe(true)
  expect(await page.getByText('Patience').isVisible()).toBe(true)
  expect(await page.locator('[data-bio]').textContent()).toContain('<b>not bold</b>')
  expect(await page.locator('[data-bio] b').count()).toBe(0)
  expect(await page.getByRole('link', { name: 'Teaching' }).getAttribute('href')).toBe(
    '/directory/?interest=education',
  )
  for (const closed of ['I am looking for', 'Elsewhere'])
    expect(await page.getByRole('heading', { name: closed }).isVisible()).toBe(false)
  expect(await page.locator('[data-location]').isVisible()).toBe(false)
  const answers = await said()
  expect(answers).toContain('Patience')
  expect(answers).not.toMatch(/Nara|Large sheets|yuki\.example|linkedin\.com\/in|@example\.org/)
  expect(complaints).toEqual([])
})

test('a leader sees what is for leaders; links open safely, in a tab of their own', async () => {
  const { page, complaints } = await open('lea@example.org', pageOf('Yuki Sato'))
  await state(page, 'ready')
  expect(await page.getByText('Large sheets of paper').isVisible()).toBe(true)
  const links = page.locator('[data-links] a')
  expect(await links.allTextContents()).toEqual(['linkedin.com/in/yuki', 'yuki.example.org/folds'])
  for (const link of await links.all()) {
    expect(await link.getAttribute('href')).toMatch(/^https:\/\//)
    expect(await link.getAttribute('rel')).toBe('noopener nofollow ugc')
    expect(await link.getAttribute('target')).toBe('_blank')
  }
  expect(await page.locator('[data-location]').isVisible(), 'only she sees where').toBe(false)
  expect(complaints).toEqual([])
})

test('who hides, who left and who does not exist look the same', async () => {
  const { page, complaints } = await open('lea@example.org', '/directory/')
  await state(page, 'ready')
  const screens = new Set<string>()
  for (const id of [
    listed.id('Yara Hidden'),
    listed.id('Yvonne Left'),
    crypto.randomUUID(),
    '00000000-0000-4000-8000-000000000002',
    'nonsense',
    '',
  ]) {
    const said = overhear(page, site.urls.api)
    await page.goto(`/directory/person/?id=${id}`)
    await state(page, 'empty')
    screens.add(await page.locator('main').innerText())
    expect(await page.title()).toMatch(/^Member ·/)
    expect(await said()).not.toMatch(/Yara|Yvonne|Bea Lindholm/)
  }
  expect([...screens]).toHaveLength(1)
  expect([...screens][0]).toContain('Nobody to see here')
  expect(complaints).toEqual([])
})

test('the way back keeps what one had looked for, also from a tab of its own', async () => {
  const { page, context, complaints } = await open(
    'ada@example.org',
    '/directory/?search=yuki&interest=creative',
  )
  await expect.poll(() => shownNames(page)).toEqual(['Yuki Sato'])
  await page.getByRole('link', { name: 'Yuki Sato' }).click()
  await page.getByRole('link', { name: 'Back to what you found' }).click()
  await page.waitForURL('**/directory/?search=yuki&interest=creative')
  await expect.poll(() => shownNames(page)).toEqual(['Yuki Sato'])

  const [tab] = await Promise.all([
    context.waitForEvent('page'),
    page.getByRole('link', { name: 'Yuki Sato' }).click({ modifiers: ['Control'] }),
  ])
  await tab.getByRole('link', { name: 'Back to what you found' }).click()
  await tab.waitForURL('**/directory/?search=yuki&interest=creative')
  await expect.poll(() => shownNames(tab)).toEqual(['Yuki Sato'])

  await page.goto(pageOf('Yuki Sato'))
  await page.getByRole('link', { name: 'Back to the directory' }).click()
  await page.waitForURL(({ pathname, search }) => pathname === '/directory/' && search === '')
  await state(page, 'ready')
  expect(complaints).toEqual([])
})

test('who is no member sees nobody', async () => {
  const cyn = await open('cyn@example.org', pageOf('Yuki Sato'))
  await state(cyn.page, 'lapsed')
  expect(await cyn.page.content()).not.toContain('Yuki')
  const visitor = await site.visit()
  await visitor.page.goto(pageOf('Yuki Sato'))
  await state(visitor.page, 'signed-out')
  expect(await visitor.page.content()).not.toContain('Yuki')
})

test('on the narrowest phone nothing sticks out, also with text at 200 %', async () => {
  const { page } = await open('lea@example.org', pageOf('Yuki Sato'), { width: 320 })
  await state(page, 'ready')
  expect(await sideways(page)).toBe(0)
  await page.evaluate(() => {
    document.documentElement.style.fontSize = '200%'
  })
  expect(await sideways(page)).toBe(0)
})

test('her own page says that it is hers, and leads to her profile; also when nobody else sees it', async () => {
  const [ada, bea] = await site.sql<{ id: string }[]>`
    select member_id as id from public.member_emails where email in ('ada@example.org', 'bea@example.org') order by email`
  const mine = await open('ada@example.org', `/directory/person/?id=${ada!.id}`)
  await mine.page.getByText('This is you, as others see you.').waitFor()
  const edit = mine.page.getByRole('link', { name: 'Edit my profile' })
  expect(await edit.getAttribute('href')).toBe('/account/profile/')
  await mine.page.goto(pageOf('Yuki Sato'))
  await state(mine.page, 'ready')
  expect(await mine.page.getByText('This is you, as').isVisible()).toBe(false)
  await mine.page.goto(`/directory/person/?id=${bea!.id}`)
  await mine.page.getByRole('heading', { name: 'Nobody to see here' }).waitFor()

  const hidden = await open('bea@example.org', `/directory/person/?id=${bea!.id}`)
  await hidden.page
    .getByRole('heading', { name: 'This is your page, and nobody sees it' })
    .waitFor()
  expect(await hidden.page.getByText('Nobody to see here').isVisible()).toBe(false)
})
