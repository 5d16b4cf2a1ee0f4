import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createLog } from '../../../functions/_shared/log.ts'
import type { Sql } from '../../../functions/_shared/sql.ts'
import { createApp } from '../../../functions/events/app.ts'
import { type Database, openDatabase } from '../support/database.ts'

const SITE = 'https://www.example.org'
/** The day of the dinner. */
const day = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10)
const compact = day.replaceAll('-', '')

let db: Database
let lines: string[]
let env: Record<string, string | undefined>
let login: string
let member: string
let event: string

beforeAll(async () => {
  db = await openDatabase()
})
afterAll(() => db.close())
beforeEach(async () => {
  await db.travel(0)
  lines = []
  env = { SITE_URL: SITE }
  login = crypto.randomUUID()
  event = crypto.randomUUID()
  const email = `${login}@example.org`
  await db.sql`insert into auth.users (id, aud, role, email, email_confirmed_at)
    values (${login}, 'authenticated', 'authenticated', ${email}, now())`
  const [row] = await db.sql<{ id: string }[]>`
    select private.sign_up(${login}, 'Ada', true, private.clock()) as id`
  member = row!.id
  await db.sql`insert into public.memberships (member_id, tier, status, cancel_at_period_end, access_until, member_since)
    values (${member}, 'monthly', 'active', false, 'infinity', now())`
  await db.sql`insert into public.events (id, title, description, place, starts_at, ends_at, visibility, state, meeting_url, url)
    values (${event}, 'Dinner; "salt", pepper' || chr(10) || 'END:VEVENT', ${'Bread 🍞 and wine. '.repeat(120)}, 'Lisbon, Portugal',
      ${`${day}T18:00:00Z`}, ${`${day}T21:00:00Z`}, 'member', 'published', 'https://meet.example.org/secret-room', 'https://luma.example.org/e')`
})

const open = (more: Partial<Parameters<typeof createApp>[0]> = {}) =>
  createApp({
    env: (name: string) => env[name],
    log: createLog({ write: (line) => lines.push(line), now: () => new Date() }),
    now: () => new Date(),
    randomId: () => crypto.randomUUID(),
    waitUntil: () => {},
    sql: () => db.sql as unknown as Sql,
    drain: async () => ({}),
    ...more,
  } as Parameters<typeof createApp>[0])

const make = async (who = login) => {
  const [row] = await db.sql<{ made: { token: string } }[]>`
    select private.make_calendar_feed(${who}, private.clock()) as made`
  return row!.made.token
}
const ask = (token: string, headers: Record<string, string> = {}, method = 'GET') =>
  open().request(`/events/feed/${token}.ics`, { method, headers })

async function goes(status: string, who = member, address = `${status}@example.org`) {
  await db.sql`insert into private.event_guests (event_id, luma_guest_id, member_id, email, status, luma_status, registered_at, seen_at)
    values (${event}, 'gst-1', ${who}, ${address}, ${status}::private.guest_status, ${status}::private.guest_status, now(), now())
    on conflict (event_id, luma_guest_id) do update set status = excluded.status`
}

/** The lines of a calendar as RFC 5545 reads them: folded ones joined. */
const read = (ics: string) => {
  expect(ics).not.toMatch(/[^\r]\n/)
  for (const line of ics.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75)
  return ics.replaceAll(/\r\n[ \t]/g, '').split('\r\n')
}

describe('a calendar address', () => {
  test('gives her calendar program what she goes to', async () => {
    await goes('approved')
    const answer = await ask(await make())
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/calendar; charset=utf-8')
    expect(answer.headers.get('cache-control')).toBe('private, no-cache')
    expect(answer.headers.get('x-robots-tag')).toBe('noindex')
    const said = read(await answer.text())
    expect(said.filter((line) => line === 'BEGIN:VEVENT')).toHaveLength(1)
    for (const line of [
      `UID:${event}@www.example.org`,
      'SEQUENCE:1',
      'STATUS:CONFIRMED',
      `DTSTART:${compact}T180000Z`,
      `DTEND:${compact}T210000Z`,
      'SUMMARY:Dinner\\; "salt"\\, pepper END:VEVENT',
      'LOCATION:Lisbon\\, Portugal',
      `URL;VALUE=URI:${SITE}/calendar/event/?id=${event}`,
    ])
      expect(said).toContain(line)
    expect(said.join('\n'), 'people share their calendars').not.toContain('secret-room')
    expect(said.join('\n')).not.toContain('�')
  })

  test('says what has been asked for, what changed, and what was canceled, under one id', async () => {
    const token = await make()
    await goes('pending')
    const first = read(await (await ask(token)).text())
    expect(first).toContain('STATUS:TENTATIVE')
    await goes('approved')
    await db.sql`update public.events set starts_at = starts_at + interval '1 hour' where id = ${event}`
    const second = read(await (await ask(token)).text())
    expect(second).toEqual(
      expect.arrayContaining(['STATUS:CONFIRMED', 'SEQUENCE:2', `DTSTART:${compact}T190000Z`]),
    )
    await db.sql`update public.events set state = 'canceled' where id = ${event}`
    const third = read(await (await ask(token)).text())
    expect(third).toEqual(expect.arrayContaining(['STATUS:CANCELLED', 'SEQUENCE:3']))
    const uid = `UID:${event}@www.example.org`
    expect([first, second, third].every((said) => said.includes(uid))).toBe(true)
    await goes('declined')
    expect(read(await (await ask(token)).text())).not.toContain(uid)
  })

  test('is not sent again while nothing has changed', async () => {
    const token = await make()
    await goes('approved')
    const first = await ask(token)
    const etag = first.headers.get('etag')!
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/)
    for (const held of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await ask(token, { 'if-none-match': held })
      expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag])
    }
    await db.sql`update public.events set place = 'Porto' where id = ${event}`
    const changed = await ask(token, { 'if-none-match': etag })
    expect(changed.status).toBe(200)
    expect(changed.headers.get('etag')).not.toBe(etag)
  })

  test('answers HEAD like GET, without a body, and nothing else', async () => {
    const token = await make()
    const head = await ask(token, {}, 'HEAD')
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect(head.headers.get('etag')).toBe((await ask(token)).headers.get('etag'))
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const answer = await ask(token, {}, method)
      expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, 'GET'])
    }
  })

  test('is one and the same nothing when it is wrong, taken back or of somebody who is gone', async () => {
    const token = await make()
    expect((await ask(token)).status, 'there is something to hide').toBe(200)
    const old = token
    const current = await make()
    const gone = crypto.randomUUID()
    await db.sql`insert into auth.users (id, aud, role, email, email_confirmed_at)
      values (${gone}, 'authenticated', 'authenticated', ${`${gone}@example.org`}, now())`
    const [row] = await db.sql<{ id: string }[]>`
      select private.sign_up(${gone}, 'Eve', true, private.clock()) as id`
    await db.sql`update public.members set role = 'leader' where id = ${row!.id}`
    const hers = await make(gone)
    expect((await ask(hers)).status).toBe(200)
    await db.sql`delete from public.members where id = ${row!.id}`
    await db.sql`select private.revoke_calendar_feed(${login})`
    const tried = [old, current, hers, 'a'.repeat(43), 'x', '%00', "' or true --", '../drain', '']
    const answers = await Promise.all(
      tried.map(async (one) => {
        const answer = await ask(encodeURIComponent(one))
        return [answer.status, ((await answer.json()) as { error: unknown }).error]
      }),
    )
    const nothing = [404, { message: 'There is no calendar at this address' }]
    expect(answers.slice(0, 8)).toEqual(Array(8).fill(nothing))
    expect(answers[8]?.[0]).toBe(404)
    const half = await open().request(`/events/feed/${hers}`)
    expect(half.status).toBe(404)
  })

  test('is of no use to learn what is not hers', async () => {
    await goes('approved')
    const [other] = await db.sql<{ id: string }[]>`
      insert into public.members (id, origin, role, user_id) values (gen_random_uuid(), 'import', 'leader', null) returning id`
    await db.sql`update private.event_guests set member_id = ${other!.id} where event_id = ${event}`
    expect(await (await ask(await make())).text()).not.toContain('VEVENT')
    await goes('approved')
    await db.sql`update private.event_guests set member_id = ${member} where event_id = ${event}`
    await db.sql`update public.events set visibility = 'leader' where id = ${event}`
    expect(await (await ask(await make())).text()).not.toContain('VEVENT')
  })

  test('keeps what she goes to when her membership ends, and nothing that is only asked for', async () => {
    const token = await make()
    await goes('pending')
    expect(await (await ask(token)).text()).toContain('VEVENT')
    await db.sql`delete from public.memberships where member_id = ${member}`
    expect(await (await ask(token)).text()).not.toContain('VEVENT')
    await goes('approved')
    expect(await (await ask(token)).text()).toContain('STATUS:CONFIRMED')
  })

  test('may be asked every minute, and not every second; each has its own measure', async () => {
    const token = await make()
    await db.still(async () => {
      const statuses: number[] = []
      for (let asked = 0; asked < 60; asked++) statuses.push((await ask(token)).status)
      expect(statuses).toEqual(Array(60).fill(200))
      const last = await ask(token)
      expect([last.status, last.headers.get('retry-after')]).toEqual([429, '60'])
    })
    await db.travel(61)
    expect((await ask(token)).status).toBe(200)
  })

  test('never stands in a log', async () => {
    const token = await make()
    await ask(token)
    await ask('a'.repeat(43))
    await open({
      sql: () => {
        throw new Error(`connection lost while asking for ${token.slice(0, 4)}`)
      },
    }).request(`/events/feed/${token}.ics`)
    expect(lines.length).toBeGreaterThan(1)
    expect(lines.join('\n')).not.toContain(token)
    expect(lines.join('\n')).not.toContain('a'.repeat(43))
  })

  test('is closed while the site’s address is not set', async () => {
    env = {}
    expect((await ask(await make())).status).toBe(503)
    expect(lines.join('\n')).toContain('SITE_URL')
  })
})
