import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listPeople, overhear, shownNames, sideways } from './support/people.ts'
import { openSite, type Site, signIn, state } from './support/site.ts'

let site: Site
let listed: Awaited<ReturnType<typeof listPeople>>
beforeAll(async () => {
  site = await openSite()
  listed = await listPeople(site, [
    {
      name: 'Zoë Quist',
      headline: 'Keeps bees with sensors',
      location: 'Quillota, Chile',
      interests: ['data', 'health', 'ethics'],
      offers: 'A jar of honey',
    },
    {
      name: 'Zora Quist',
      headline: 'Drone choreographer',
      location: 'Quito, Ecuador',
      interests: ['creative'],
      seeks: 'A windless field',
      hidden_fields: ['seeks'],
    },
    {
      name: 'Zuzana Quist',
      location: 'Quito, Ecuador',
      headline: 'Cartographer of rumours',
      interests: ['data'],
      hidden_fields: ['location', 'interests'],
      leader_fields: ['headline'],
    },
  ])
})
afterAll(async () => {
  await listed.leave()
  await site.close()
})

const asked = (url: string) => Object.fromEntries(new URL(url).searchParams)
async function open(email: string, path = '/directory/', options = {}) {
  const visit = await site.visit(options)
  await signIn(visit.page, email, path)
  return visit
}

test('a member searches as she types, without accents, and the search stands in the address', async () => {
  const { page, complaints } = await open('ada@example.org')
  await state(page, 'ready')
  await page.getByRole('searchbox').pressSequentially('zoe quist')
  await expect.poll(() => shownNames(page)).toEqual(['Zoë Quist'])
  // What was found for fewer letters is the same person: the search is over when its last letter has been answered.
  const found = page.locator('[data-found]')
  await expect.poll(() => found.textContent()).toBe('One person matching “zoe quist”')
  expect(asked(page.url())).toEqual({ search: 'zoe quist' })
  await page.getByRole('searchbox').fill('HONEY')
  await expect.poll(() => asked(page.url())).toEqual({ search: 'HONEY' })
  await expect.poll(() => found.textContent()).toBe('One person matching “HONEY”')
  expect(await shownNames(page)).toEqual(['Zoë Quist'])
  await page.reload()
  await expect.poll(() => shownNames(page)).toEqual(['Zoë Quist'])
  expect(await page.getByRole('searchbox').inputValue()).toBe('HONEY')
  await page.getByRole('searchbox').fill('nobody is called this')
  await state(page, 'empty')
  expect(await page.getByText('Nobody matching “nobody is called this”').isVisible()).toBe(true)
  await page.getByRole('button', { name: 'Show everybody' }).click()
  await state(page, 'ready')
  expect(asked(page.url())).toEqual({})
  expect(await page.getByRole('searchbox').inputValue()).toBe('')
  expect(complaints).toEqual([])
})

test('what somebody keeps to herself is neither shown nor found, also by leaders', async () => {
  const { page, complaints } = await open('lea@example.org', '/directory/?search=quist')
  const said = overhear(page, site.urls.api)
  await page.reload()
  await expect.poll(() => shownNames(page)).toEqual(['Zoë Quist', 'Zora Quist', 'Zuzana Quist'])
  expect(await page.getByText('Cartographer of rumours').isVisible(), 'for leaders').toBe(true)
  for (const words of ['windless', 'rumours', 'quist ecuador']) {
    await page.goto(`/directory/?search=${words}`)
    await page.locator('[data-state=ready], [data-state=empty]').waitFor()
    expect(await shownNames(page)).not.toContain('Zuzana Quist')
  }
  await page.goto('/directory/?place=Quito, Ecuador')
  await expect.poll(() => shownNames(page)).toEqual(['Zora Quist'])
  await page.goto('/directory/?search=quist&interest=data')
  await expect.poll(() => shownNames(page)).toEqual(['Zoë Quist'])
  await page.goto('/directory/?search=bea lindholm')
  await state(page, 'empty')
  const answers = await said()
  expect(answers).toContain('Zora Quist')
  expect(answers).not.toMatch(/windless|@example\.org|Bea Lindholm/)
  expect(complaints).toEqual([])
})

test('place, interest and search go together, each is a step of history, and the address can be shared', async () => {
  const { page, complaints } = await open('ada@example.org')
  await state(page, 'ready')
  await page.getByRole('combobox', { name: 'Place' }).fill('quil')
  await page.getByRole('option', { name: 'Quillota, Chile' }).click()
  await expect.poll(() => shownNames(page)).toEqual(['Zoë Quist'])
  await page.getByRole('button', { name: 'Data and research' }).click()
  await expect.poll(() => asked(page.url())).toEqual({ place: 'Quillota, Chile', interest: 'data' })
  await page.getByRole('button', { name: 'Leadership' }).click()
  await state(page, 'empty')
  expect(
    await page.getByText('Nobody in Quillota, Chile, interested in Leadership').isVisible(),
  ).toBe(true)

  await page.goBack()
  await state(page, 'ready')
  await expect.poll(() => shownNames(page)).toEqual(['Zoë Quist'])
  const pressed = page.locator('[aria-pressed=true]')
  expect(await pressed.allTextContents()).toEqual(['Data and research'])
  await page.goBack()
  await expect.poll(() => pressed.count()).toBe(0)
  expect(await page.getByRole('combobox', { name: 'Place' }).inputValue()).toBe('Quillota, Chile')
  await page.goBack()
  await expect.poll(async () => (await shownNames(page)).length).toBe(24)
  expect(await page.getByRole('combobox', { name: 'Place' }).inputValue()).toBe('')
  await page.goForward()
  await page.goForward()
  await expect.poll(() => pressed.allTextContents()).toEqual(['Data and research'])
  await expect.poll(() => shownNames(page)).toEqual(['Zoë Quist'])
  const shared = new URL(page.url())

  const bea = await open('bea@example.org', shared.pathname + shared.search)
  await expect.poll(() => shownNames(bea.page)).toEqual(['Zoë Quist'])
  expect(await bea.page.getByRole('combobox', { name: 'Place' }).inputValue()).toBe(
    'Quillota, Chile',
  )
  expect([...complaints, ...bea.complaints]).toEqual([])
})

test('pressing a place or an interest on a card shows who shares it', async () => {
  const { page, complaints } = await open('ada@example.org', '/directory/?search=zora')
  await page.getByRole('link', { name: 'Quito, Ecuador' }).click()
  await expect.poll(() => asked(page.url())).toEqual({ place: 'Quito, Ecuador' })
  await expect.poll(() => shownNames(page)).toEqual(['Zora Quist'])
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.hasAttribute('data-found')))
    .toBe(true)
  await page.getByRole('link', { name: 'Writing and art' }).click()
  await expect.poll(() => asked(page.url())).toEqual({ interest: 'creative' })
  await expect.poll(() => shownNames(page)).toContain('Zora Quist')
  await page.getByRole('button', { name: 'Writing and art' }).click()
  await expect.poll(() => asked(page.url())).toEqual({})
  expect(complaints).toEqual([])
})

test('it goes on by the page, to everybody once, and coming back from a person finds the same spot', async () => {
  const { page, complaints } = await open('lea@example.org')
  await state(page, 'ready')
  const more = page.getByRole('button', { name: 'Show more' })
  while (await more.isVisible()) {
    const shown = await page.locator('.person').count()
    await more.click()
    await expect.poll(() => page.locator('.person').count()).toBeGreaterThan(shown)
    const focused = () => page.evaluate(() => document.activeElement?.textContent)
    expect(await focused(), 'the reader goes on with the first new person').toBe(
      (await shownNames(page))[shown],
    )
  }
  const names = await shownNames(page)
  const held = await site.sql<{ name: string }[]>`
    select name from public.profiles where is_visible and access_until > private.clock() order by name_key, member_id`
  expect(names).toEqual(held.map(({ name }) => name))
  expect(names.length).toBeGreaterThan(40)
  expect(names).not.toContain('Bea Lindholm')
  expect(names).not.toContain('Cyn Moreau')

  await page.getByRole('link', { name: 'Zora Quist' }).click()
  await page.getByRole('heading', { level: 1, name: 'Zora Quist' }).waitFor()
  await page.getByRole('link', { name: 'Back to the directory' }).click()
  await expect.poll(() => shownNames(page)).toEqual(names)
  await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(500)
  expect(complaints).toEqual([])
})

describe('with the keyboard alone', () => {
  test('one searches, chooses a place, and opens a person', async () => {
    const { page, complaints } = await open('ada@example.org', '/directory/', { width: 375 })
    await state(page, 'ready')
    const focus = () =>
      page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent || '')
    const tabTo = async (wanted: string) => {
      for (let step = 0; step < 60 && (await focus()) !== wanted; step++)
        await page.keyboard.press('Tab')
      expect(await focus()).toBe(wanted)
    }
    await tabTo('words')
    await page.keyboard.type('quist')
    const found = page.locator('[data-found]')
    await expect.poll(() => found.textContent()).toBe('3 people matching “quist”')
    expect(await shownNames(page)).toHaveLength(3)
    await page.keyboard.press('Tab')
    expect(await focus()).toBe('place')
    // Nothing is suggested for fewer letters: it would give way in the middle of choosing.
    const places = '**/rest/v1/rpc/directory_places'
    await page.route(places, (route) =>
      route.request().postData()?.includes('"qui"')
        ? route.continue()
        : route.fulfill({ json: [], headers: { 'access-control-allow-origin': '*' } }),
    )
    await page.keyboard.type('qui')
    const place = page.getByRole('combobox', { name: 'Place' })
    await page.getByRole('option', { name: 'Quillota, Chile' }).waitFor()
    await page.unroute(places)
    expect(await place.getAttribute('aria-expanded')).toBe('true')
    const active = async () =>
      page.locator(`#${await place.getAttribute('aria-activedescendant')}`).textContent()
    expect(await active()).toBe('Quillota, Chile')
    await page.keyboard.press('ArrowDown')
    expect(await active()).toBe('Quito, Ecuador')
    await page.keyboard.press('Escape')
    expect(await place.inputValue()).toBe('')
    await page.keyboard.type('quito')
    await page.keyboard.press('Enter')
    await expect.poll(() => shownNames(page)).toEqual(['Zora Quist'])
    expect(await place.inputValue()).toBe('Quito, Ecuador')
    await tabTo('Zora Quist')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Zora Quist' }).waitFor()
    expect(complaints).toEqual([])
  })
})

test('on the narrowest phone nothing sticks out, and topics can be reached', async () => {
  const { page, complaints } = await open('ada@example.org', '/directory/?search=quist', {
    width: 320,
  })
  await state(page, 'ready')
  expect(await sideways(page)).toBe(0)
  await page.getByRole('button', { name: 'Health' }).click()
  await expect.poll(() => shownNames(page)).toEqual(['Zoë Quist'])
  expect(await sideways(page)).toBe(0)
  expect(complaints).toEqual([])
})

describe('who is no member', () => {
  test('Cyn, whose membership ended, is told so and asked back', async () => {
    const { page } = await open('cyn@example.org', '/directory/?search=quist')
    await state(page, 'lapsed')
    expect(await page.getByRole('link', { name: 'Come back' }).isVisible()).toBe(true)
    expect(await page.content()).not.toContain('Zora Quist')
  })
  test('Eve, who never joined, is sent to say who she is', async () => {
    const { page } = await site.visit()
    await signIn(page, 'eve@example.org', '/home/')
    await page.goto('/directory/')
    await page.waitForURL('**/home/')
  })
  test('a visitor is asked to sign in and comes back to what she looked for', async () => {
    const { page } = await site.visit()
    await page.goto('/directory/?search=quist&interest=data')
    await state(page, 'signed-out')
    await page.locator('#room').getByRole('link', { name: 'Sign in' }).click()
    await page.waitForURL('**/sign-in/**')
    expect(new URL(page.url()).searchParams.get('next')).toBe(
      '/directory/?search=quist&interest=data',
    )
  })
})
