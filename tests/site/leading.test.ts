import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openSite, type Site, signIn, state, toast } from './support/site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterEach(() => site.sql`delete from public.resources where title like '%(test)%' or title = ''`)
afterAll(() => site.close())

const edit = '/lead/resources/edit/'
const title = (name: string) => `${name} (test)`
const stored = async (name: string) =>
  (await site.sql`select * from public.resources where title = ${title(name)}`)[0]
const saved = (page: Page) => page.locator('[data-safety="saved"]').waitFor()

/** Lea with the form open. */
async function leader(path = edit) {
  const visit = await site.visit()
  await signIn(visit.page, 'lea@example.org', path)
  await state(visit.page, 'ready')
  return visit
}

/** A published link, made in the database. */
async function published(name: string): Promise<string> {
  const id = crypto.randomUUID()
  await site.sql`insert into public.resources (id, kind, title, summary, url, published_at)
    values (${id}, 'link', ${title(name)}, 'As it was', 'https://example.org', now() - interval '1 day')`
  return id
}

describe('a leader', () => {
  test('shares a video: saved as she types, told what is missing, published, seen by members', async () => {
    const { page, complaints } = await leader()
    await page.getByLabel('Title').fill(title('Weaving'))
    await page
      .getByLabel('Address at Vimeo')
      .fill('https://vimeo.com/manage/videos/900000001/a1b2c3d4e5')
    await saved(page)
    expect(await stored('Weaving')).toMatchObject({ vimeo_id: '900000001', published_at: null })
    // The page looks ever more seldom whether Vimeo has answered.
    const checked = page.getByText('Vimeo lets this video play here. It runs for 40 min.')
    await checked.waitFor({ timeout: 90_000 })

    await page.getByRole('button', { name: 'Publish now' }).click()
    await page.getByText('A video needs captions.').waitFor()
    const captions = page.getByLabel('It has captions')
    expect(await captions.getAttribute('aria-invalid')).toBe('true')
    expect(await captions.evaluate((box) => box === document.activeElement)).toBe(true)
    await captions.check()
    await page.getByLabel('Building with AI').check()
    await page.getByRole('button', { name: 'Publish now' }).click()
    await toast(page, 'Published. Members see it now.')

    const member = await site.visit()
    await signIn(member.page, 'bea@example.org', '/resources/?search=weaving')
    await member.page.getByRole('heading', { name: title('Weaving') }).waitFor()
    expect(complaints).toEqual(complaints.filter((one) => one.includes('422')))
  })

  test('shares a file, with its progress, and is told when a file cannot be shared', async () => {
    const { page } = await leader()
    await page.getByLabel('File', { exact: false }).first().check()
    await page.getByLabel('Title').fill(title('Minutes'))
    const chooser = page.locator('#upload')
    const file = (name: string, mimeType: string, body = 'x'.repeat(2_000_000)) =>
      chooser.setInputFiles({ name, mimeType, buffer: Buffer.from(body) })
    await file('page.html', 'text/html', '<script>alert(1)</script>')
    await page.getByText('A file of this type cannot be shared here.').waitFor()
    await file('Minutes of May.pdf', 'application/pdf')
    await page.getByText('Minutes of May.pdf').waitFor()
    await page.getByText('PDF · 2 MB').waitFor()
    await saved(page)
    const first = await stored('Minutes')
    expect(first).toMatchObject({
      file_name: 'Minutes of May.pdf',
      file_type: 'application/pdf',
      file_size: '2000000',
    })

    await file('Minutes of June.pdf', 'application/pdf', 'y'.repeat(1000))
    await expect.poll(async () => (await stored('Minutes'))?.file_name).toBe('Minutes of June.pdf')
    expect((await stored('Minutes'))?.file_path).not.toBe(first?.file_path)
    // An hour later the file that was replaced is gone from the store.
    await site.sql`update jobs.delayed set run_at = private.clock() where kind = 'sweep_files'`
    await site.sql`select jobs.tick()`
    await expect
      .poll(() => site.sql`select from storage.objects where name = ${first?.file_path}`)
      .toEqual([])
    await page.getByRole('button', { name: 'Publish now' }).click()
    await toast(page, 'Published. Members see it now.')
  })

  test('schedules, changes her mind, retires and brings back', async () => {
    const { page } = await leader()
    await page.getByLabel('Link', { exact: false }).first().check()
    await page.getByLabel('Title').fill(title('Later'))
    await page.getByLabel('Address', { exact: true }).fill('https://example.org/later')
    await saved(page)
    await page.getByRole('button', { name: 'Schedule' }).click()
    await page.getByLabel('Publish on').fill('2020-01-01T10:00')
    await page.getByRole('button', { name: 'Set this time' }).click()
    await page.getByText('This moment is past.').waitFor()
    await page.getByLabel('Publish on').fill('2090-01-01T10:00')
    await page.getByRole('button', { name: 'Set this time' }).click()
    await toast(page, 'It will appear on')
    expect((await stored('Later'))?.published_at.getFullYear()).toBe(2090)
    await page.getByRole('button', { name: 'Publish now' }).click()
    await toast(page, 'Published. Members see it now.')
    await page.getByRole('button', { name: 'Retire' }).click()
    await toast(page, 'Retired. Members do not see it any more.')
    await page.getByRole('button', { name: 'Bring back' }).click()
    await expect.poll(async () => (await stored('Later'))?.retired_at).toBeNull()
    const actions =
      await site.sql`select action from private.audit_log where target_id = ${(await stored('Later'))?.id} order by id`
    expect(
      actions.map(({ action }) => action).filter((one) => !/created|changed/.test(one)),
    ).toEqual([
      'resources.scheduled',
      'resources.published',
      'resources.retired',
      'resources.restored',
    ])
  })

  test('loses nothing when she is offline, closes the tab and comes back', async () => {
    const { page, context } = await leader()
    await page.getByLabel('Title').fill(title('Train'))
    await saved(page)
    const address = page.url()
    await context.setOffline(true)
    await page.getByLabel('What is in it?').fill('Typed in a tunnel')
    await page.getByText('No connection.').waitFor()
    await page.close()

    await context.setOffline(false)
    const again = await context.newPage()
    await again.goto(address)
    await state(again, 'ready')
    expect(await again.getByLabel('What is in it?').inputValue()).toBe('Typed in a tunnel')
    await saved(again)
    expect((await stored('Train'))?.summary).toBe('Typed in a tunnel')
  })

  test('makes one resource, however often it is sent', async () => {
    const { page, context } = await leader()
    let dropped = 0
    let isTold = false
    // The first answer is lost on its way back: the form cannot know that it arrived. It tries again by itself, and
    // gets through when it has said so.
    await context.route('**/rest/v1/resources*', async (route) => {
      if (route.request().method() !== 'POST' || isTold) return route.continue()
      dropped += 1
      if (dropped === 1) await route.fetch()
      await route.abort()
    })
    await page.getByLabel('Title').fill(title('Once'))
    await page.getByText('No connection.').waitFor()
    isTold = true
    await page.getByLabel('What is in it?').fill('And a word more')
    await saved(page)
    expect(
      await page.locator('[data-contest]').isVisible(),
      'her own words are no other version',
    ).toBe(false)
    expect(
      await site.sql`select summary from public.resources where title = ${title('Once')}`,
    ).toEqual([{ summary: 'And a word more' }])
    const publish = page.getByRole('button', { name: 'Publish now' })
    await page.getByLabel('Link', { exact: false }).first().check()
    await page.getByLabel('Address', { exact: true }).fill('https://example.org/once')
    await publish.dblclick()
    await toast(page, 'Published. Members see it now.')
    expect(
      await site.sql`select from private.audit_log where action = 'resources.published' and target_id = ${(await stored('Once'))?.id}`,
    ).toHaveLength(1)
  })

  test('sees both versions when somebody else was faster, and nothing of either is lost', async () => {
    const id = await published('Shared')
    const { page } = await leader(`${edit}?id=${id}`)
    await page.getByLabel('Title').fill(title('Mine'))
    await page.getByLabel('Address', { exact: true }).fill('https://example.org/mine')
    await page.getByText('not saved yet').waitFor()
    await site.sql`update public.resources set title = ${title('Theirs')}, summary = 'Theirs too' where id = ${id}`
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByRole('heading', { name: 'Somebody else changed this meanwhile' }).waitFor()
    const contest = page.locator('[data-contest]')
    expect(await contest.innerText()).toContain(title('Mine'))
    expect(await contest.innerText()).toContain(title('Theirs'))
    // What did not clash has come together already.
    expect(await page.getByLabel('What is in it?').inputValue()).toBe('Theirs too')
    expect((await stored('Theirs'))?.url).toBe('https://example.org')
    await contest.getByLabel('Theirs').check()
    await page.getByRole('button', { name: 'Go on with these' }).click()
    await page.getByRole('button', { name: 'Save changes' }).click()
    await saved(page)
    expect(await stored('Theirs')).toMatchObject({
      summary: 'Theirs too',
      url: 'https://example.org/mine',
    })
  })

  test('keeps what is published as it is until she saves', async () => {
    const id = await published('Quiet')
    const { page, context } = await leader(`${edit}?id=${id}`)
    await page.getByLabel('What is in it?').fill('Half a sent')
    await page.getByText('Kept in this browser, not saved yet.').waitFor()
    await page.close()
    expect((await stored('Quiet'))?.summary).toBe('As it was')
    const again = await context.newPage()
    await again.goto(`${edit}?id=${id}`)
    await state(again, 'ready')
    expect(await again.getByLabel('What is in it?').inputValue()).toBe('Half a sent')
    await again.getByLabel('What is in it?').fill('A whole sentence.')
    await again.getByRole('button', { name: 'Save changes' }).click()
    await saved(again)
    expect((await stored('Quiet'))?.summary).toBe('A whole sentence.')
  })

  test('finds drafts, what is scheduled, retired, and what is to be reviewed', async () => {
    const { page, complaints } = await leader('/lead/resources/')
    const titles = () => page.locator('.listed-row h2').allTextContents()
    expect((await titles()).length).toBeGreaterThan(12)
    for (const [name, found] of [
      ['Drafts', 'Small models on small chips'],
      ['Scheduled', 'Grants that fund public-interest AI'],
      ['To review', 'Where to begin when everything is new'],
      ['Retired', 'Tools that we recommended last year'],
    ] as const) {
      await page.getByRole('button', { name }).click()
      await expect
        .poll(
          async () => {
            const all = await titles()
            return [
              all.includes(found),
              all.includes('Prompts that survive contact with colleagues'),
            ]
          },
          { message: name },
        )
        .toEqual([true, false])
    }
    await page.reload()
    await expect.poll(titles).toEqual(['Tools that we recommended last year'])
    await page.getByRole('link', { name: 'Tools that we' }).click()
    await expect
      .poll(() => page.getByLabel('Title').inputValue())
      .toBe('Tools that we recommended last year')
    expect(complaints).toEqual([])
  })
})

describe('who does not lead', () => {
  test.each(['/lead/resources/', edit, `${edit}?id=00000000-0000-4000-a000-000000000012`])(
    'is told so at %s, and sees no form',
    async (path) => {
      const { page } = await site.visit()
      await signIn(page, 'bea@example.org', path)
      await state(page, 'failed')
      await page.getByText('This is for leaders.').waitFor()
      expect(await page.content()).not.toContain('Small models on small chips')
    },
  )

  test('or was a member once, sees the way back', async () => {
    const { page } = await site.visit()
    await signIn(page, 'cyn@example.org', edit)
    await state(page, 'lapsed')
  })

  test('or is signed out, is asked to sign in', async () => {
    const { page } = await site.visit()
    await page.goto(edit)
    await state(page, 'signed-out')
  })
})
