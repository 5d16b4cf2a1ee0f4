import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { openSite, type Site, signIn, state } from './support/site.ts'

const id = (number: number) =>
  `00000000-0000-4000-a000-0000000000${String(number).padStart(2, '0')}`
const titles = (page: Page) => page.locator('.resource h2').allTextContents()

let site: Site
beforeAll(async () => {
  site = await openSite()
  // The seed cannot store a file; a leader did.
  const path = `${id(50)}/${crypto.randomUUID()}.pdf`
  await site.sql`insert into public.resources (id, kind, title, summary) values (${id(50)}, 'file', 'Checklist on paper', 'One page.')`
  const { secret } = inject('keys')
  const stored = await fetch(`${site.urls.api}/storage/v1/object/resources/${path}`, {
    method: 'POST',
    headers: {
      apikey: secret,
      authorization: `Bearer ${secret}`,
      'content-type': 'application/pdf',
    },
    body: '%PDF-1.4 the checklist',
  })
  expect(stored.status).toBe(200)
  await site.sql`update public.resources set file_path = ${path}, file_name = 'The checklist.pdf',
    published_at = now() - interval '100 days' where id = ${id(50)}`
})
beforeEach(async () => {
  await site.sql`delete from public.resource_marks k using public.member_emails e
    where e.member_id = k.member_id and e.email in ('bea@example.org', 'dot@example.org')`
})
afterAll(async () => {
  await site.sql`delete from public.resources where id = ${id(50)}`
  await site.close()
})

/** Answers in Vimeo's place: a player that tells its page that the video has ended. */
async function standInForVimeo(page: Page, asked: string[]): Promise<void> {
  await page.route('https://player.vimeo.com/**', async (route) => {
    asked.push(`${route.request().url()} ${route.request().headers().referer ?? ''}`)
    await route.fulfill({
      contentType: 'text/html',
      body: `<title>Player</title><script>
        const tell = (what) => parent.postMessage(JSON.stringify(what), '*')
        addEventListener('message', ({ data }) => {
          const { method, value } = typeof data === 'string' ? JSON.parse(data) : data
          if (method === 'ping') tell({ event: 'ready' })
          if (method === 'addEventListener' && value === 'ended') tell({ event: 'ended', data: { percent: 1 } })
        })
        tell({ event: 'ready' })
      </script>`,
    })
  })
}

describe('a member', () => {
  test('finds what is published for her, as she types, and the address keeps it', async () => {
    const { page, complaints } = await site.visit()
    await signIn(page, 'bea@example.org', '/resources/')
    await state(page, 'ready')
    expect(await titles(page)).toHaveLength(12)
    expect((await titles(page))[0]).toBe('Prompts that survive contact with colleagues')
    for (const hidden of [
      'Hosting kit',
      'welcome a newcomer',
      'Small models',
      'Grants that',
      'last year',
    ])
      expect((await titles(page)).join()).not.toContain(hidden)

    await page.getByLabel('Search').pressSequentially('dialog')
    // Fewer letters find the same one.
    await expect.poll(() => new URL(page.url()).search).toBe('?search=dialog')
    await expect.poll(() => titles(page)).toEqual(['Writing dialogue with and against a machine'])
    await page.reload()
    await expect.poll(() => titles(page)).toEqual(['Writing dialogue with and against a machine'])

    await page.getByRole('button', { name: 'Clear the filters' }).click()
    await expect.poll(() => titles(page)).toHaveLength(12)
    await page.getByRole('button', { name: 'Videos' }).click()
    await page.getByLabel('Topic', { exact: true }).selectOption({ label: 'Building with AI' })
    await expect
      .poll(() => titles(page))
      .toEqual([
        'Prompts that survive contact with colleagues',
        'Your first agent, and what it must never do',
      ])
    expect(new URL(page.url()).search).toBe('?kind=video&topic=building')
    expect(await page.getByRole('status').filter({ hasText: 'about' }).innerText()).toBe(
      '2 videos about Building with AI',
    )
    await page.goBack()
    await expect.poll(() => titles(page)).toHaveLength(5)

    await page.getByLabel('Search').fill('nothing like this')
    await state(page, 'empty')
    await page.getByText('Try one word less').waitFor()
    expect(complaints).toEqual([])
  })

  test('saves one, and it is hers to find again; what fails is taken back and said', async () => {
    const { page } = await site.visit()
    await signIn(page, 'bea@example.org', '/resources/')
    const first = page.locator('.resource').first()
    const save = first.locator('[data-save]')
    await save.click()
    await expect.poll(() => save.getAttribute('aria-pressed')).toBe('true')
    await expect
      .poll(
        () => site.sql`select from public.resource_marks where saved_at is not null and resource_id = ${id(1)}
        and member_id = (select member_id from public.member_emails where email = 'bea@example.org')`,
      )
      .toHaveLength(1)
    await page.getByRole('button', { name: 'Saved', exact: true }).click()
    await expect.poll(() => titles(page)).toEqual(['Prompts that survive contact with colleagues'])

    await page.route('**/rpc/mark_resource', (route) => route.abort())
    await save.click()
    await page.getByText('We could not reach the server').waitFor()
    expect(await save.getAttribute('aria-pressed')).toBe('true')
  })

  test('plays a video only when she asks for it, and it counts as watched at its end', async () => {
    const { page, complaints } = await site.visit()
    const asked: string[] = []
    await standInForVimeo(page, asked)
    const elsewhere: string[] = []
    page.on('request', (request) => {
      if (/vimeo/.test(new URL(request.url()).host)) elsewhere.push(request.url())
    })
    await signIn(page, 'bea@example.org', `/resources/view/?id=${id(1)}`)
    await page.getByRole('heading', { name: 'Prompts that survive' }).waitFor()
    const watched = page.locator('[data-watched]')
    expect(await watched.getAttribute('aria-pressed')).toBe('false')
    expect(elsewhere, 'nothing is loaded from Vimeo before').toEqual([])
    const link = page.getByRole('link', { name: 'Watch it at Vimeo' })
    expect(await link.getAttribute('href')).toBe('https://vimeo.com/900000001/a1b2c3d4e5')

    await page.getByRole('button', { name: 'Play the video' }).click()
    await expect.poll(() => watched.getAttribute('aria-pressed')).toBe('true')
    const [address = '', referrer] = asked[0]?.split(' ') ?? []
    const query = new URL(address).searchParams
    expect([new URL(address).pathname, query.get('h'), query.get('dnt')]).toEqual([
      '/video/900000001',
      'a1b2c3d4e5',
      '1',
    ])
    expect(referrer, 'for the domain lock').toBe(`${site.urls.site}/`)
    await expect
      .poll(
        () => site.sql`select from public.resource_marks where watched_at is not null and resource_id = ${id(1)}
        and member_id = (select member_id from public.member_emails where email = 'bea@example.org')`,
      )
      .toHaveLength(1)
    // By hand she takes it back.
    await watched.click()
    await expect.poll(() => watched.getAttribute('aria-pressed')).toBe('false')
    expect(complaints).toEqual([])
  })

  test('saves a file under its name, by a link that was made for her', async () => {
    const { page, complaints } = await site.visit()
    await signIn(page, 'dot@example.org', `/resources/view/?id=${id(50)}`)
    await page.getByText('The checklist.pdf').waitFor()
    expect(await page.locator('[data-file-facts]').innerText()).toBe('PDF · 1 kB')
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('The checklist.pdf')
    expect(new URL(download.url()).searchParams.get('token')).toBeTruthy()
    expect(complaints).toEqual([])
  })

  test('opens a link in a tab of its own', async () => {
    const { page } = await site.visit()
    await signIn(page, 'bea@example.org', `/resources/view/?id=${id(5)}`)
    const link = page.getByRole('link', { name: 'Open the page' })
    expect(await link.getAttribute('href')).toBe('https://guide.example.org/ai-act')
    expect([await link.getAttribute('target'), await link.getAttribute('rel')]).toEqual([
      '_blank',
      'noopener nofollow ugc',
    ])
    const kept = page.waitForResponse('**/rpc/mark_resource')
    await page.getByRole('button', { name: 'Mark as read' }).click()
    expect((await kept).status()).toBe(200)
    await page.goto('/resources/?list=watched')
    await expect.poll(() => titles(page)).toEqual(['Plain words for the AI Act'])
  })

  test('loses no press when she leaves in the same moment', async () => {
    const { page } = await site.visit()
    await signIn(page, 'bea@example.org', `/resources/view/?id=${id(5)}`)
    // The line is so slow that what she pressed has not left the house when she has left the page.
    const left = Promise.withResolvers<void>()
    await page.route('**/rpc/mark_resource', async (route) => {
      await left.promise
      await route.continue()
    })
    const asked = page.waitForRequest('**/rpc/mark_resource')
    await page.getByRole('button', { name: 'Mark as read' }).click()
    await page.goto('/about/')
    await asked
    left.resolve()
    await expect
      .poll(
        () => site.sql`select from public.resource_marks where watched_at is not null and resource_id = ${id(5)}
        and member_id = (select member_id from public.member_emails where email = 'bea@example.org')`,
      )
      .toHaveLength(1)
  })

  test.each([
    ['for leaders', 10],
    ['a draft', 12],
    ['not out yet', 13],
    ['retired', 14],
  ])('who knows the address of one that is %s learns nothing', async (_, number) => {
    const { page } = await site.visit()
    await signIn(page, 'bea@example.org', `/resources/view/?id=${id(number)}`)
    await state(page, 'empty')
    const [row] = await site.sql`select title from public.resources where id = ${id(number)}`
    expect(await page.content()).not.toContain(row?.title)
  })
})

test('a leader finds the leaders’ ones too', async () => {
  const { page } = await site.visit()
  await signIn(page, 'lea@example.org', '/resources/?search=dinner')
  await expect.poll(() => titles(page)).toEqual(['Hosting kit for a dinner'])
  expect(await page.getByText('Leaders only').first().isVisible()).toBe(true)
})

test('who left sees the way back and not one title', async () => {
  const { page } = await site.visit()
  await signIn(page, 'cyn@example.org', '/resources/')
  await state(page, 'lapsed')
  expect(await titles(page)).toEqual([])
  await page.goto(`/resources/view/?id=${id(1)}`)
  await state(page, 'lapsed')
  expect(await page.content()).not.toContain('Prompts that survive')
})

test('pages follow each other, and going back leads to where one was', async () => {
  const { page } = await site.visit()
  await site.sql`insert into public.resources (id, kind, title, url, published_at)
    select ('00000000-0000-4000-a000-1000000000' || lpad(n::text, 2, '0'))::uuid, 'link', 'Loom ' || n, 'https://example.org', now() - n * interval '1 minute'
      from generate_series(1, 40) n`
  try {
    await signIn(page, 'bea@example.org', '/resources/?search=loom')
    await state(page, 'ready')
    expect(await titles(page)).toHaveLength(18)
    await page.getByRole('button', { name: 'Show more' }).click()
    await expect.poll(() => titles(page)).toHaveLength(36)
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Loom 19')
    await page.getByRole('button', { name: 'Show more' }).click()
    await expect.poll(async () => new Set(await titles(page)).size).toBe(40)
    await page.getByRole('link', { name: 'Loom 30' }).click()
    await page.getByRole('heading', { name: 'Loom 30' }).waitFor()
    await page.goBack()
    await expect.poll(() => titles(page)).toHaveLength(40)
  } finally {
    await site.sql`delete from public.resources where title like 'Loom %'`
  }
})
