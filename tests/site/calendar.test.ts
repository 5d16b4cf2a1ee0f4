import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ownTime } from '../../site/src/lib/events.ts'
import { ordinal } from '../../site/src/lib/words.ts'
import { findings } from './quality/axe.ts'
import { openSite, type Site, signIn, state, toast } from './support/site.ts'

const id = (number: number) => `00000000-0000-4000-b000-00000000000${number}`
const titles = (page: Page) => page.locator('.gathering h2').allTextContents()
const rowOf = (page: Page, title: string) => page.locator('.gathering', { hasText: title })

let site: Site
beforeAll(async () => {
  site = await openSite()
  // Events of our own, of which Luma need not hear.
  await site.sql.begin(async (tx) => {
    await tx`select set_config('commons.from_luma', 'on', true)`
    await tx`insert into public.events (id, title, description, place, starts_at, ends_at, time_zone, region, category, visibility, state,
        published_at, meeting_url, recording_url, thanks, capacity)
      select ${id(0)}::text::uuid, 'Quilting in Tokyo', 'Bring scissors.', 'Tokyo, Japan', date_trunc('day', now()) + interval '2 days 3 hours',
          date_trunc('day', now()) + interval '2 days 5 hours', 'Asia/Tokyo', 'Oceania', 'Dinner', 'member'::public.event_visibility,
          'published'::public.event_state, now(), 'https://meet.example.org/quilting', null, '', 3
      union all select ${id(1)}::text::uuid, 'Quilting that never was', '', 'Online', now() + interval '40 days', now() + interval '41 days', 'UTC', null, null,
          'member', 'published', now(), null, null, '', null
      union all select ${id(2)}::text::uuid, 'Quilting last spring', 'We made a blanket.', 'Online', now() - interval '90 days', now() - interval '90 days' + interval '1 hour',
          'UTC', 'Europe', 'Talk', 'member', 'published', now() - interval '99 days', 'https://meet.example.org/old', 'https://vimeo.com/900000001/a1b2c3d4e5',
          'Thank you for every stitch.', null
      union all select ${id(3)}::text::uuid, 'Quilting for leaders', '', 'Online', now() + interval '3 days', now() + interval '4 days', 'UTC', null, null,
          'leader', 'published', now(), 'https://meet.example.org/leaders', null, '', null`
  })
})
beforeEach(async () => {
  await site.sql`delete from private.event_guests where event_id = any (${[0, 1, 2, 3].map(id)})`
  await site.sql`delete from public.event_preferences where member_id in (select member_id from public.member_emails where email like '%@example.org')`
  await site.sql`delete from public.event_hidings where event_id = any (${[0, 1, 2, 3].map(id)})`
  await site.sql`delete from private.calendar_feeds`
})
afterAll(async () => {
  await site.sql.begin(async (tx) => {
    await tx`select set_config('commons.from_luma', 'on', true)`
    await tx`delete from public.events where id = any (${[0, 1, 2, 3].map(id)})`
  })
  await site.close()
})

/** Luma says what somebody is to an event. */
const goes = (number: number, who: string, status = 'approved', checkedIn = false) => site.sql`
  insert into private.event_guests (event_id, luma_guest_id, member_id, email, name, status, luma_status, registered_at, seen_at, checked_in_at)
  select ${id(number)}, ${`gst-${number}-${who}`}, member_id, email, ${who}, ${status}::private.guest_status, ${status}::private.guest_status,
    now(), now(), case when ${checkedIn} then now() end
    from public.member_emails where email = ${`${who}@example.org`}`
const shows = (who: string) => site.sql`
  insert into public.event_preferences (member_id, shows_going) select member_id, true from public.member_emails where email = ${`${who}@example.org`}`

test('An event’s time is told on the reader’s clock where it differs, with the day where that differs too', () => {
  const event = {
    starts_at: '2026-12-04T15:00:00Z',
    ends_at: '2026-12-04T17:00:00Z',
    time_zone: 'Asia/Tokyo',
  }
  const plain = (text: string | null) => text?.replaceAll(/[\u2009\u202f]/g, ' ')
  expect(plain(ownTime(event, 'Asia/Seoul'))).toBeUndefined()
  expect(plain(ownTime(event, 'Australia/Sydney'))).toBe('2:00 – 4:00 AM')
  expect(plain(ownTime(event, 'Europe/Lisbon'))).toBe('Friday, December 4, 3:00 – 5:00 PM')
  expect([1, 2, 3, 4, 11, 12, 21, 112].map(ordinal)).toEqual(
    '1st 2nd 3rd 4th 11th 12th 21st 112th'.split(' '),
  )
})

describe('the calendar', () => {
  test('shows a member what is on and what she is to it; she filters, and the address keeps it', async () => {
    await goes(0, 'bea')
    await goes(1, 'bea', 'pending')
    const { page, complaints } = await site.visit()
    await signIn(page, 'bea@example.org', '/calendar/')
    await state(page, 'ready')
    expect((await titles(page)).slice(0, 1)).toEqual(['Quilting in Tokyo'])
    expect((await titles(page)).join()).not.toMatch(/leaders|Leaders|Melbourne|last spring/)
    const tokyo = rowOf(page, 'Quilting in Tokyo')
    expect(await tokyo.innerText()).toMatch(
      /12:00 – 2:00\s*PM Japan Standard Time\s+.* where you are/,
    )
    expect(await tokyo.locator('.tag').allTextContents()).toEqual(['You are going'])
    const other = rowOf(page, 'Quilting that never was')
    expect(await other.locator('.tag').allTextContents()).toEqual(['You have asked to come'])

    await page.getByRole('button', { name: 'Only mine' }).click()
    await expect.poll(() => titles(page)).toEqual(['Quilting in Tokyo', 'Quilting that never was'])
    expect(new URL(page.url()).search).toBe('?mine=yes')
    await page.getByLabel('Region').selectOption('Oceania')
    await expect.poll(() => titles(page)).toEqual(['Quilting in Tokyo'])
    await page.reload()
    await expect.poll(() => titles(page)).toEqual(['Quilting in Tokyo'])
    expect(await page.getByRole('status').filter({ hasText: 'event' }).innerText()).toBe(
      'One event of yours in “Oceania” to come',
    )
    await page.goBack()
    await expect.poll(() => titles(page)).toHaveLength(2)

    await page.getByRole('button', { name: 'Clear the filters' }).first().click()
    await page.getByRole('button', { name: 'Past' }).click()
    await page.getByLabel('Search').pressSequentially('quilt')
    // Fewer letters find the same one.
    await expect.poll(() => new URL(page.url()).search).toBe('?search=quilt&when=past')
    await expect.poll(() => titles(page)).toEqual(['Quilting last spring'])
    await page.getByLabel('Kind', { exact: true }).selectOption('Dinner')
    await state(page, 'empty')
    await page.getByText('Try one word less').waitFor()

    await site.sql.begin(async (tx) => {
      await tx`select set_config('commons.from_luma', 'on', true)`
      await tx`update public.events set state = 'canceled', cancel_reason = 'The thread ran out' where id = ${id(1)}`
    })
    await page.goto('/calendar/?mine=yes')
    await rowOf(page, 'Quilting that never was').getByText('Canceled').waitFor()
    await page.getByRole('link', { name: 'Quilting that never was' }).click()
    await page.getByRole('heading', { name: 'This event was canceled' }).waitFor()
    await page.getByText('The thread ran out. You had asked to come.').waitFor()
    expect(await findings(page)).toEqual([])
    expect(complaints).toEqual([])
  })

  test('keeps what is typed while an earlier answer is on its way', async () => {
    const { page } = await site.visit()
    await signIn(page, 'bea@example.org', '/calendar/')
    await state(page, 'ready')
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
    await page.route('**/rpc/find_events', async (route) => {
      await answered
      await route.continue()
    })
    await page.getByRole('button', { name: 'Past' }).click()
    const words = page.getByLabel('Search')
    await words.pressSequentially('qu')
    answer()
    await words.pressSequentially('ilt')
    await expect.poll(() => titles(page)).toEqual(['Quilting last spring'])
    expect(await words.inputValue()).toBe('quilt')
  })

  test('leads to an event: where one joins is for who goes, and who chose to be seen is seen', async () => {
    await goes(0, 'ada')
    await goes(0, 'lea')
    await goes(0, 'dot', 'waitlist')
    const { page, complaints } = await site.visit()
    await signIn(page, 'ada@example.org', '/calendar/')
    await page.getByRole('link', { name: 'Quilting in Tokyo' }).click()
    await page.getByRole('heading', { name: 'You are going' }).waitFor()
    expect(await page.getByRole('link', { name: 'Join online' }).getAttribute('href')).toBe(
      'https://meet.example.org/quilting',
    )
    await page.getByText('2 are going, one seat left').waitFor()
    expect(await page.locator('[data-company-part]').isVisible()).toBe(false)
    await page.getByText('Other members do not see that you go.').waitFor()
    await page.getByRole('link', { name: 'The switch for that' }).click()
    const show = page.getByRole('switch', { name: 'Show that I am going' })
    await show.click()
    await toast(page, 'Members see where you go.')

    const dot = await site.visit()
    await signIn(dot.page, 'dot@example.org', `/calendar/event/?id=${id(0)}`)
    await dot.page.getByRole('heading', { name: 'You are 1st on the waiting list' }).waitFor()
    expect(await dot.page.locator('[data-company] strong').allTextContents()).toEqual(['Ada Park'])
    expect(await dot.page.getByRole('link', { name: 'Join online' }).count()).toBe(0)
    expect(await dot.page.content()).not.toContain('meet.example.org')
    expect(await findings(dot.page)).toEqual([])

    await page.goto(`/calendar/event/?id=${id(0)}`)
    await page.getByRole('switch', { name: 'Members see me here' }).click()
    await toast(page, 'Nobody sees you here.')
    await dot.page.reload()
    await dot.page.getByRole('heading', { name: 'You are 1st' }).waitFor()
    expect(await dot.page.locator('[data-company-part]').isVisible()).toBe(false)
    await page.goto('/home/')
    const next = page.locator('[data-list=events] li', { hasText: 'Quilting in Tokyo' })
    expect(await next.locator('.tag').innerText()).toBe('You are going')

    await dot.page.goto(`/calendar/event/?id=${id(3)}`)
    await state(dot.page, 'empty')
    expect([...complaints, ...dot.complaints]).toEqual([])
  })

  test('keeps what is left of an event: the words of thanks and the recording', async () => {
    await goes(2, 'ada', 'approved', true)
    await goes(2, 'lea')
    await shows('lea')
    const { page, complaints } = await site.visit()
    const asked: string[] = []
    await page.route('https://player.vimeo.com/**', async (route) => {
      asked.push(new URL(route.request().url()).pathname)
      await route.fulfill({ contentType: 'text/html', body: '<title>Player</title>' })
    })
    await signIn(page, 'ada@example.org', '/calendar/?when=past')
    const row = rowOf(page, 'Quilting last spring')
    await row.waitFor()
    expect(await row.locator('.tag').allTextContents()).toEqual(['You were there', 'Recording'])
    await row.getByRole('link').click()
    await page.getByText('Thank you for every stitch.').waitFor()
    await page.getByRole('heading', { name: 'Members who went' }).waitFor()
    expect(await findings(page)).toEqual([])
    expect(await page.getByRole('link', { name: 'Join online' }).count()).toBe(0)
    expect(asked, 'nothing is loaded from Vimeo before').toEqual([])
    await page.getByRole('button', { name: 'Play the recording' }).click()
    await expect.poll(() => asked).toEqual(['/video/900000001'])
    expect(complaints).toEqual([])
  })
})

test('A member subscribes in her own calendar; the address is shown once, and taken back for good', async () => {
  await goes(0, 'bea')
  const { page, complaints } = await site.visit()
  await signIn(page, 'bea@example.org', '/calendar/')
  const subscribe = page.getByRole('button', { name: 'Subscribe in my calendar' })
  await subscribe.click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Make my private address' }).click()
  const field = dialog.getByLabel('Your private address')
  await expect.poll(() => field.inputValue()).toMatch(/\/events\/feed\/[\w-]{43}\.ics$/)
  const address = await field.inputValue()
  const open = dialog.getByRole('link', { name: 'Open in my calendar' })
  expect(await open.getAttribute('href')).toBe(address.replace(/^https?:/, 'webcal:'))
  const read = await fetch(address)
  expect([read.status, read.headers.get('content-type')]).toEqual([
    200,
    'text/calendar; charset=utf-8',
  ])
  const said = await read.text()
  expect(said).toContain('SUMMARY:Quilting in Tokyo')
  expect(said).not.toContain('meet.example.org')

  await dialog.getByRole('button', { name: 'Close' }).click()
  expect(await page.content()).not.toContain(address)
  await page.reload()
  await subscribe.click()
  await dialog.getByText('A calendar program last asked on').waitFor()
  expect(await field.isVisible()).toBe(false)
  await dialog.getByRole('button', { name: 'Take the address back' }).click()
  await toast(page, 'That address leads nowhere now.')
  expect((await fetch(address)).status).toBe(404)
  expect(complaints).toEqual([])
})

test('A member signs up at Luma, is let in, and finds it on her pages and in her calendar', async () => {
  const event = '00000000-0000-4000-9000-000000000005'
  await expect
    .poll(() => site.sql`select state from private.luma_events where event_id = ${event}`)
    .toEqual([{ state: 'live' }])
  const { page, context, complaints } = await site.visit()
  await signIn(page, 'bea@example.org', `/calendar/event/?id=${event}`)
  await state(page, 'ready')
  expect(await page.locator('[data-notice]').isVisible()).toBe(false)
  const atLuma = context.waitForEvent('page')
  await page.getByRole('link', { name: 'Sign up at Luma' }).click()
  const luma = await atLuma
  await luma.getByLabel('Name').fill('Bea')
  await luma.getByLabel('E-mail').fill('bea@example.org')
  await luma.getByRole('button', { name: 'Ask to join' }).click()
  await luma.getByRole('heading', { name: /^Bea/ }).waitFor()
  await luma.close()
  // She comes back to the page that she left open.
  await expect
    .poll(
      async () => {
        await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
        return page.locator('[data-notice-title]').innerText()
      },
      { timeout: 30_000, interval: 200 },
    )
    .toBe('You are going')
  await page.getByRole('link', { name: 'Your registration at Luma' }).waitFor()
  await page.goto('/calendar/?mine=yes')
  await rowOf(page, "Members' working session").getByText('You are going').waitFor()
  await page.goto('/home/')
  await page
    .locator('[data-list=events] li', { hasText: "Members' working session" })
    .getByText('You are going')
    .waitFor()
  expect(complaints).toEqual([])
})
