import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { api, ask, type Kind, makePeople, type Person, sql, verdict } from './support.ts'

let cast: Awaited<ReturnType<typeof makePeople>>
let people: Record<Kind, Person>
let word: string
const events = { member: '', leader: '', draft: '', tomorrow: '' }
type Name = keyof typeof events

const rpc = (name: string, body: object, kind: Kind, headers: Record<string, string> = {}) =>
  ask(`rpc/${name}`, { method: 'POST', body, token: people[kind].token, headers })
const page = (name: Name, kind: Kind) => rpc('event_page', { event: events[name] }, kind)
const feed = (token: string) => fetch(`${api}/functions/v1/events/feed/${token}.ics`)

beforeAll(async () => {
  cast = await makePeople()
  people = cast.people
  word = `zx${cast.mark}`
  await sql.begin(async (tx) => {
    // Luma need not hear of these.
    await tx`select set_config('commons.from_luma', 'on', true)`
    for (const name of Object.keys(events) as Name[]) {
      events[name] = crypto.randomUUID()
      await tx`insert into public.events (id, title, description, starts_at, ends_at, visibility, state, published_at, meeting_url, capacity)
        values (${events[name]}, ${`${name} ${word}`}, ${word}, now() + interval '5 days', now() + interval '6 days',
          ${name === 'leader' ? 'leader' : 'member'}::public.event_visibility, ${name === 'draft' ? 'draft' : 'published'}::public.event_state,
          ${name === 'draft' ? null : name === 'tomorrow' ? '1 day' : '0 days'}::text::interval + now(), ${`https://meet.example.org/${word}`}, 9)`
    }
    for (const kind of ['hidden', 'ended', 'leader'] as const) {
      await tx`insert into private.event_guests (event_id, luma_guest_id, member_id, name, status, luma_status, registered_at, seen_at)
        values (${events.member}, ${`gst-${kind}-${word}`}, ${people[kind].memberId!}, ${people[kind].name}, 'approved', 'approved', now(), now())`
    }
  })
})
afterAll(async () => {
  await sql.begin(async (tx) => {
    await tx`select set_config('commons.from_luma', 'on', true)`
    await tx`delete from public.events where id = any (${Object.values(events)})`
  })
  await cast.leave()
})

describe('where one joins online', () => {
  test('is told to who goes, and to leaders', async () => {
    for (const kind of ['hidden', 'leader'] as const)
      expect((await page('member', kind)).body.meeting_url).toBe(`https://meet.example.org/${word}`)
  })

  test.each(['visitor', 'stranger', 'member', 'ended', 'agent'] as const)(
    'is found by a %s in no way',
    async (kind) => {
      const { token } = people[kind]
      const asked = [
        'events?select=*',
        'events?select=meeting_url',
        `events?select=id&meeting_url=like.*${word}*`,
        'events?select=id&order=meeting_url',
        'events?select=id,place:meeting_url',
        'event_hosts?select=event_id,events(meeting_url)',
        'event_series?select=id,events(meeting_url)',
      ].map((path) => ask(path, { token }))
      const called = [
        rpc('event_page', { event: events.member }, kind),
        rpc('find_events', { search: word }, kind),
        rpc('find_events', { mine: true }, kind),
        rpc('home', {}, kind),
        rpc('my_data', {}, kind),
        ask(`rpc/find_events?search=${word}&order=meeting_url`, { token }),
        ask(`rpc/find_events?meeting_url=like.*${word}*`, { token }),
      ]
      for (const answer of await Promise.all([...asked, ...called]))
        expect(answer.text).not.toContain('meet.example.org')
    },
  )
})

describe('events that are not announced to members', () => {
  test.each(['member', 'hidden'] as const)('are not there for a %s', async (kind) => {
    expect((await page('member', kind)).body.title).toContain(word)
    for (const name of ['leader', 'draft', 'tomorrow'] as const) {
      const answer = await page(name, kind)
      expect([name, answer.status, answer.body]).toEqual([name, 200, null])
    }
    const found = await rpc('find_events', { search: word, size: 100 }, kind)
    expect(found.body.map(({ title }: { title: string }) => title)).toEqual([`member ${word}`])
  })

  test('and cannot be told from those that never were', async () => {
    const asked = [events.leader, events.draft, crypto.randomUUID()].map((event) =>
      rpc('hide_going', { event, hides: true }, 'member'),
    )
    const answers = (await Promise.all(asked)).map(({ status, text }) => `${status} ${text}`)
    expect(new Set(answers).size).toBe(1)
    expect(answers[0]).toMatch(/^404 .*You are not part of this event/)
  })

  test('drafts and tomorrow’s stay away from a leader’s calendar as well', async () => {
    expect((await page('leader', 'leader')).body.title).toContain('leader')
    for (const name of ['draft', 'tomorrow'] as const)
      expect((await page(name, 'leader')).body).toBeNull()
  })
})

describe('who goes', () => {
  test('is seen by name when she chose so and may be found, whatever the guest list says', async () => {
    // All three said yes to being seen; one is hidden in the directory, and one has left.
    const { body } = await page('member', 'member')
    expect(body.company.map(({ name }: { name: string }) => name)).toEqual([people.leader.name])
    expect(body.going).toBe(3)
    for (const kind of ['hidden', 'ended'] as const)
      expect(JSON.stringify(body)).not.toContain(people[kind].memberId)
  })

  test('is nothing that anybody says for somebody else', async () => {
    const { memberId } = people.hidden
    for (const [path, method, body] of [
      ['event_preferences', 'POST', { member_id: memberId, shows_going: true }],
      [`event_preferences?member_id=eq.${memberId}`, 'PATCH', { shows_going: false }],
      [`event_hidings?member_id=eq.${memberId}`, 'DELETE', undefined],
      ['event_hidings', 'POST', { member_id: memberId, event_id: events.member }],
    ] as const) {
      const answer = await ask(path, { method, body, token: people.member.token })
      expect(verdict(answer)).toEqual({ status: 403, code: '42501' })
    }
    const extra = await rpc('show_going', { shows: true, caller: people.hidden.userId }, 'member')
    expect(extra.status).toBe(404)
  })
})

describe('a private calendar address', () => {
  const make = async (kind: Kind) =>
    (await rpc('make_calendar_feed', {}, kind)).body.token as string

  test('is nobody’s but hers: not by its hash, not by her id, not by a guess', async () => {
    const token = await make('hidden')
    const read = await feed(token)
    expect([read.status, await read.text()]).toEqual([200, expect.stringContaining(word)])
    const [held] = await sql<{ hex: string; base64: string }[]>`
      select encode(token_hash, 'hex') as hex, rtrim(translate(encode(token_hash, 'base64'), '+/', '-_'), '=') as base64
        from private.calendar_feeds where member_id = ${people.hidden.memberId!}`
    const { userId, memberId } = people.hidden
    const near = token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A')
    for (const guess of [held!.hex, held!.base64, userId, memberId!, near, token.toUpperCase()]) {
      const answer = await feed(guess)
      expect([guess, answer.status]).toEqual([guess, 404])
      expect(await answer.json()).toEqual({
        error: { message: 'There is no calendar at this address' },
      })
    }
  })

  test('cannot be read, made or taken back past its functions', async () => {
    const token = await make('member')
    for (const kind of ['member', 'leader', 'visitor'] as const) {
      const profile = await ask('calendar_feeds?select=*', {
        token: people[kind].token,
        headers: { 'accept-profile': 'private' },
      })
      expect(profile.status).toBeGreaterThanOrEqual(400)
      expect(profile.text).not.toContain('token_hash')
    }
    // A link that somebody follows changes nothing.
    for (const name of ['make_calendar_feed', 'revoke_calendar_feed'])
      expect((await ask(`rpc/${name}`, { token: people.member.token })).status).toBe(405)
    expect((await rpc('revoke_calendar_feed', {}, 'hidden')).status).toBe(200)
    expect((await feed(token)).status, 'somebody else took hers back').toBe(200)
  })

  test('is open to no page of another site', async () => {
    const token = await make('member')
    const answer = await fetch(`${api}/functions/v1/events/feed/${token}.ics`, {
      headers: { origin: 'https://hostile.invalid' },
    })
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  })
})
