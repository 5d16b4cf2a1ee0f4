import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshEmail, openSite, type Site, signIn, state } from './support/site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

test('Ada sees what she has, until when, what happens next, and what is coming', async () => {
  const { page, complaints } = await site.visit()
  await signIn(page, 'ada@example.org')
  await state(page, 'ready')
  expect(await page.getByRole('heading', { level: 1, name: 'Hello, Ada' }).isVisible()).toBe(true)
  const card = page.locator('#membership')
  expect(await card.innerText()).toMatch(/Monthly member\s+Renews on .* for \$10 a month\./)
  expect(await card.locator('.button:visible').count()).toBe(0)
  const titles = await page.locator('[data-list=events] h3').allTextContents()
  const held = await site.sql<{ title: string }[]>`
    select title from public.events where state = 'published' and published_at <= private.clock() and ends_at > private.clock()
       and visibility <> 'leader' order by starts_at, id limit 4`
  expect(titles).toEqual(held.map(({ title }) => title))
  expect(complaints).toEqual([])
})

test('the first data of the page come in one round trip', async () => {
  const { page } = await site.visit()
  await signIn(page, 'ada@example.org')
  await state(page, 'ready')
  const asked: string[] = []
  page.on('request', (request) => {
    if (request.method() !== 'OPTIONS' && request.url().includes('/rest/v1/'))
      asked.push(new URL(request.url()).pathname)
  })
  for (const [path, question] of [
    ['/home/', 'home'],
    ['/account/', 'my_membership'],
  ]) {
    asked.length = 0
    await page.goto(path!)
    await state(page, 'ready')
    expect(asked).toEqual([`/rest/v1/rpc/${question}`])
  }
})

test('what is not done yet is offered, what is done is not', async () => {
  const { page } = await site.visit()
  await signIn(page, 'lea@example.org')
  await state(page, 'ready')
  const [{ todo } = { todo: [] }] = await site.sql<{ todo: string[] }[]>`
    select private.to_do(e.member_id) as todo from public.member_emails e where e.email = 'lea@example.org'`
  const shown = await page
    .locator('[data-task]:visible')
    .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-task')))
  expect(shown.sort()).toEqual([...todo].sort())
})

test('who is not in Slack yet is shown the way in, and who is there is not', async () => {
  const link = 'https://join.slack.com/t/ours/shared_invite/zt-home'
  await site.sql`
    update private.slack_settings set share_link = ${link}, share_link_expires_at = now() + interval '20 days', share_link_uses_left = 300`
  const { page } = await site.visit()
  await signIn(page, 'lea@example.org')
  await state(page, 'ready')
  const way = page.getByRole('link', { name: /Join us on Slack/ })
  expect(await way.getAttribute('href')).toBe(link)
  await site.sql`
    insert into private.slack_people (member_id, status, slack_user_id, display_name, synced_at)
    select member_id, 'active', 'U0LEAHOME', 'Lea', now() from public.member_emails where email = 'lea@example.org'
    on conflict (member_id) do update set status = 'active', slack_user_id = 'U0LEAHOME', display_name = 'Lea'`
  await page.reload()
  await state(page, 'ready')
  expect(await way.isVisible()).toBe(false)
  await page.goto('/account/')
  await state(page, 'ready')
  expect(await page.getByText('You are there as Lea').isVisible()).toBe(true)
  await site.sql`
    update private.slack_settings set share_link = null, share_link_expires_at = null, share_link_uses_left = null`
})

test('the way to the leaders’ pages is shown to leaders, and to nobody else', async () => {
  for (const [email, leads] of [
    ['lea@example.org', true],
    ['ada@example.org', false],
  ] as const) {
    const { page, context } = await site.visit()
    await signIn(page, email)
    await state(page, 'ready')
    expect(await page.getByRole('link', { name: 'Lead', exact: true }).first().isVisible()).toBe(
      leads,
    )
    await context.close()
  }
})

test('on a phone every room is one press away, each target as large as a thumb', async () => {
  const { page } = await site.visit({ width: 320 })
  await signIn(page, 'bea@example.org')
  await state(page, 'ready')
  const links = page.getByRole('navigation', { name: 'Main' }).getByRole('link')
  expect(await links.allInnerTexts()).toEqual([
    'Home',
    'Directory',
    'Resources',
    'Calendar',
    'Account',
  ])
  expect(await page.locator('.portal-nav [aria-current=page]').innerText()).toBe('Home')
  for (const link of await links.all()) {
    const box = await link.boundingBox()
    expect(box!.width).toBeGreaterThanOrEqual(44)
    expect(box!.height).toBeGreaterThanOrEqual(44)
    expect(box!.y + box!.height).toBeLessThanOrEqual(800)
  }
})

test('empty lists say what will be there', async () => {
  const { page } = await site.visit()
  await signIn(page, 'bea@example.org')
  await page.route('**/rpc/home', async (route) => {
    const answer = await (await route.fetch()).json()
    const nothing = { events: [], new_members: [], new_resources: [] }
    await route.fulfill({
      json: { ...answer, ...nothing },
      headers: { 'access-control-allow-origin': '*' },
    })
  })
  await page.goto('/home/')
  await state(page, 'ready')
  expect(await page.locator('.nothing:visible').count()).toBe(3)
  expect(await page.getByText('Nothing is on the calendar right now.').isVisible()).toBe(true)
})

test('every other gated page sends a stranger to the home page, where she says who she is', async () => {
  const { page } = await site.visit()
  await signIn(page, freshEmail('stella'))
  await state(page, 'empty')
  for (const path of ['/account/', '/directory/', '/account/profile/']) {
    await page.goto(path)
    await page.waitForURL('**/home/')
    await state(page, 'empty')
    expect(await page.getByRole('heading', { name: 'Nice to meet you' }).isVisible()).toBe(true)
  }
})
