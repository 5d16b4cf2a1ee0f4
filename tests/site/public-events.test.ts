import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TransactionSql } from 'postgres'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { runFolder } from '../../scripts/local/run-folder.ts'
import { byMonth, opening, type PublicEvent, readEvents, when } from '../../site/src/lib/events.ts'
import { calendar, rssItems } from '../../site/src/lib/feeds.ts'
import { openSite, type Site } from './support/site.ts'

const built = join(runFolder(inject('stackName')), 'site')
const home = new URL('https://www.example.org')
const dinner: PublicEvent = {
  id: '00000000-0000-4000-9000-000000000099',
  title: 'Dinner; "salt", <b>pepper</b> & \\ more',
  description: 'One table.\nTwelve seats.',
  starts_at: '2026-12-03T19:30:00+00:00',
  ends_at: '2026-12-03T22:30:00+00:00',
  time_zone: 'Europe/Lisbon',
  place: 'Lisbon, Portugal',
  url: null,
  category: 'Dinner',
  published_at: '2026-11-01T08:00:00+00:00',
}

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

/** A calendar's lines as RFC 5545 reads them: folded ones joined, each a name with parameters and a value. */
function linesOf(ics: string): [name: string, value: string][] {
  expect(ics).not.toMatch(/[^\r]\n/)
  for (const line of ics.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75)
  return ics
    .replaceAll(/\r\n[ \t]/g, '')
    .trimEnd()
    .split('\r\n')
    .map((line) => {
      const [, name, value] = /^([A-Z-]+)(?:;[^:]*)?:(.*)$/.exec(line) ?? []
      expect(line).toBe(name === undefined ? 'a line with a name' : line)
      return [name!, value!]
    })
}

const publicTitles = () => site.sql<{ id: string; title: string }[]>`
  select id, title from public.events
   where visibility = 'public' and state = 'published' and published_at <= now() and ends_at > now() order by starts_at, id`

test('what is for members or leaders, a draft or over is nowhere in the built site', async () => {
  const kept = await site.sql<{ title: string; url: string | null }[]>`
    select title, url from public.events
     where visibility <> 'public' or state <> 'published' or published_at > now() or ends_at < now()`
  expect(kept.length).toBeGreaterThanOrEqual(3)
  const files = globSync('**/*.{html,xml,ics,js,txt}', { cwd: built })
  expect(files).toContain('events.ics')
  const everything = files.map((file) => readFileSync(join(built, file), 'utf8')).join('\n')
  const [open] = await publicTitles()
  expect(everything).toContain(open!.title)
  const asHtml = (text: string) => text.replaceAll("'", '&#39;')
  for (const { title, url } of kept) {
    expect(everything).not.toContain(title)
    expect(everything).not.toContain(asHtml(title))
    if (url) expect(everything).not.toContain(url)
  }
})

test('the page lists the public events under their months, each in the time of its place', async () => {
  const { page, complaints } = await site.visit({ javaScript: false })
  await page.goto('/events/')
  const held = await publicTitles()
  expect(await page.locator('.events h3').allInnerTexts()).toEqual(held.map(({ title }) => title))
  const [lisbon] = await site.sql<{ month: string; clock: string; url: string }[]>`
    select to_char(starts_at at time zone time_zone, 'FMMonth YYYY') as month, url,
           to_char(starts_at at time zone time_zone, 'FMHH12:MI') as clock
      from public.events where title = 'Dinner in Lisbon'`
  const card = page.locator('section:has(> h2)', {
    has: page.getByText(lisbon!.month, { exact: true }),
  })
  const text = await card.getByRole('listitem').filter({ hasText: 'Dinner in Lisbon' }).innerText()
  expect(text).toContain(lisbon!.clock)
  expect(text).toMatch(/Western European (Standard|Summer) Time/)
  const link = page.getByRole('link', { name: 'Details and sign-up for Dinner in Lisbon' })
  // Luma may have given it its address after the site was built; the next build has that one.
  expect([lisbon!.url, 'https://events.example.org/dinner-lisbon']).toContain(
    await link.getAttribute('href'),
  )
  expect(complaints).toEqual([])
})

test('a canceled event leaves the public pages with the next build; one of no kind stands there as well', async () => {
  const id = crypto.randomUUID()
  const built = async () =>
    (await readEvents(site.urls.api, inject('keys').publishable, new Date())).find(
      (event) => event.id === id,
    )
  const quietly = (change: (tx: TransactionSql) => Promise<unknown>) =>
    site.sql.begin(async (tx) => {
      await tx`select set_config('commons.from_luma', 'on', true)`
      await change(tx)
    })
  await quietly(
    (tx) => tx`
      insert into public.events (id, title, starts_at, ends_at, visibility, state)
      values (${id}, 'Of no kind', now() + interval '50 days', now() + interval '51 days', 'public', 'published')`,
  )
  expect(await built()).toMatchObject({ title: 'Of no kind', category: null })
  await quietly((tx) => tx`update public.events set state = 'canceled' where id = ${id}`)
  expect(await built()).toBeUndefined()
  await quietly((tx) => tx`delete from public.events where id = ${id}`)
})

test('the calendar feed holds the public events and nothing else', async () => {
  const response = await fetch(`${site.urls.site}/events.ics`)
  expect(response.headers.get('content-type')).toBe('text/calendar; charset=utf-8')
  const lines = linesOf(await response.text())
  const all = (name: string) => lines.filter(([found]) => found === name).map(([, value]) => value)
  expect(lines[0]).toEqual(['BEGIN', 'VCALENDAR'])
  expect(lines.at(-1)).toEqual(['END', 'VCALENDAR'])
  const held = await publicTitles()
  expect(all('UID').map((uid) => uid.split('@')[0])).toEqual(held.map(({ id }) => id))
})

test('the RSS feed is valid XML and holds the public events and nothing else', async () => {
  const response = await fetch(`${site.urls.site}/events.xml`)
  expect(response.headers.get('content-type')).toBe('application/rss+xml; charset=utf-8')
  const text = await response.text()
  const { page } = await site.visit()
  await page.goto('/about/')
  const feed = await page.evaluate((text) => {
    const xml = new DOMParser().parseFromString(text, 'application/xml')
    return {
      wrong: xml.querySelector('parsererror')?.textContent,
      root: xml.documentElement.nodeName,
      titles: [...xml.querySelectorAll('item > title')].map((title) => title.textContent),
      guids: [...xml.querySelectorAll('item > guid')].map((guid) => guid.textContent),
    }
  }, text)
  const held = await publicTitles()
  expect(feed).toEqual({
    wrong: undefined,
    root: 'rss',
    titles: held.map(({ title }) => title),
    guids: held.map(({ id }) => expect.stringMatching(new RegExp(`#event-${id}$`))),
  })
})

test('a zone that a browser does not know yet is shown in UTC, and says so', () => {
  const { time, zone } = when({ ...dinner, time_zone: 'Europe/Not_Yet' })
  expect([time, zone]).toEqual(['7:30\u2009–\u200910:30\u202fPM', 'Coordinated Universal Time'])
})

describe('whatever an event is called', () => {
  const made = new Date('2026-11-21T05:00:00Z')

  test('the calendar keeps its characters, its moment and its name', () => {
    const lines = Object.fromEntries(linesOf(calendar([dinner], home, made)))
    expect(lines).toMatchObject({
      UID: `${dinner.id}@www.example.org`,
      DTSTAMP: '20261121T050000Z',
      DTSTART: '20261203T193000Z',
      DTEND: '20261203T223000Z',
      SUMMARY: 'Dinner\\; "salt"\\, <b>pepper</b> & \\\\ more',
      DESCRIPTION: 'One table.\\nTwelve seats.',
      LOCATION: 'Lisbon\\, Portugal',
    })
  })

  test('the same event keeps its name in the feeds when everything else changes', () => {
    const moved = {
      ...dinner,
      title: 'Lunch',
      starts_at: '2026-12-04T12:00:00+00:00',
      ends_at: '2026-12-04T13:00:00+00:00',
    }
    const uid = (event: PublicEvent) =>
      Object.fromEntries(linesOf(calendar([event], home, made))).UID
    expect(uid(moved)).toBe(uid(dinner))
    expect(rssItems([moved], home)[0]?.link).toBe(rssItems([dinner], home)[0]?.link)
  })
})

test('an event that goes past midnight says on which day it ends', () => {
  const late = { ...dinner, time_zone: 'Asia/Tokyo', ends_at: '2026-12-04T16:30:00+00:00' }
  expect(when(late).day).toBe('Friday, December 4')
  expect(when(late).time).toBe('4:30 AM to Saturday, December 5, 1:30 AM')
  expect(when(late).zone).toBe('Japan Standard Time')
})

test('the month is that of the place, not of the reader', () => {
  const newYear = {
    ...dinner,
    time_zone: 'Australia/Melbourne',
    starts_at: '2026-12-31T20:00:00+00:00',
    ends_at: '2026-12-31T22:00:00+00:00',
  }
  expect(byMonth([dinner, newYear]).map(({ month }) => month)).toEqual([
    'December 2026',
    'January 2027',
  ])
})

test('a long description is cut between words', () => {
  expect(opening('one two three', 9)).toBe('one two …')
  expect(opening(' short ', 9)).toBe('short')
})
