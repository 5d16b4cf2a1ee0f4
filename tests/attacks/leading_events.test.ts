import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { ask, type Kind, makePeople, type Person, sql, verdict } from './support.ts'

let cast: Awaited<ReturnType<typeof makePeople>>
let people: Record<Kind, Person>
const other = crypto.randomUUID()
const own = crypto.randomUUID()
const series = crypto.randomUUID()
const secret = `https://meet.example.org/${crypto.randomUUID()}`
const refused = { status: 403, code: '42501' }

beforeAll(async () => {
  cast = await makePeople()
  people = cast.people
  // The other leader's: published, in a series, with a guest.
  await sql`insert into public.event_series (id) values (${series})`
  await sql.begin(async (tx) => {
    // Luma need not hear of it: what it answers is an edit of this row, at a moment of its own.
    await tx`select set_config('commons.from_luma', 'on', true)`
    await tx`insert into public.events (id, title, starts_at, ends_at, region, meeting_url, visibility, state, series_id)
      values (${other}, 'Hers alone', now() + interval '3 days', now() + interval '4 days', 'Europe', ${secret}, 'leader', 'published', ${series})`
  })
  await sql`insert into private.event_guests (event_id, luma_guest_id, email, name, status, luma_status, seen_at)
    values (${other}, ${`gst-${other}`}, ${`guest-${other}@attack.example`}, 'Her guest', 'pending', 'pending', now())`
  const { status } = await ask('events', {
    method: 'POST',
    body: { id: own, title: 'My own' },
    token: people.leader.token,
  })
  expect(status).toBe(201)
})
afterAll(async () => {
  await sql.begin(async (tx) => {
    await tx`select set_config('commons.from_luma', 'on', true)`
    await tx`delete from public.events where id = ${other}`
  })
  // Taken out while Luma is told of it, it would come back as an event that was made there.
  await told()
  await sql`delete from public.events where id = ${own}`
  await sql`delete from public.event_series where id = ${series}`
  await cast.leave()
})

const leader = () => ({ token: people.leader.token })
/** Waits until Luma has been told everything of her own event. */
const told = () =>
  vi.waitFor(
    async () => {
      const owed = await sql`select state from private.luma_events
        where event_id = ${own} and state in ('waiting', 'creating', 'changing', 'canceling')`
      expect([...owed]).toEqual([])
    },
    { timeout: 30_000, interval: 200 },
  )
const stored = async (id: string) =>
  (await sql`select *, created_by::text from public.events where id = ${id}`)[0]
/** Every function that leaders call about one event. */
const doors: [name: string, body: Record<string, unknown>][] = [
  ['save_following', { revision: 1, changes: { title: 'Taken' } }],
  ['repeat_event', { series: crypto.randomUUID(), rhythm: 'weekly', times: 3 }],
  ['cancel_preview', {}],
  ['send_thanks', {}],
  ['retry_event', {}],
  ['guest_desk', {}],
  ['lead_guests', {}],
  ['guest_counts', {}],
  ['decide_guests', { guests: [1], decision: 'approved' }],
  ['message_guests', { to_status: 'all', words: 'Hello' }],
  ['check_in_guest', { guest: 1 }],
]

describe('a leader', () => {
  test('changes nothing of another leader’s event, and cancels, deletes or publishes it not', async () => {
    for (const change of [
      { title: 'Taken' },
      { state: 'canceled' },
      { region: 'Oceania' },
      { meeting_url: 'https://evil.example' },
    ]) {
      const answer = await ask(`events?id=eq.${other}&select=id`, {
        method: 'PATCH',
        body: change,
        headers: { prefer: 'return=representation' },
        ...leader(),
      })
      expect([answer.status, answer.body]).toEqual([200, []])
    }
    const gone = await ask(`events?id=eq.${other}`, { method: 'DELETE', ...leader() })
    expect(gone.status).toBe(204)
    expect(await stored(other)).toMatchObject({
      title: 'Hers alone',
      state: 'published',
      region: 'Europe',
      revision: 1,
    })
  })

  test.each(doors)('gets nothing of it by %s', async (name, body) => {
    const answer = await ask(`rpc/${name}`, {
      method: 'POST',
      body: { event: other, ...body },
      ...leader(),
    })
    expect([answer.status, answer.body.code]).toEqual([403, 'PT403'])
    expect(answer.text).not.toContain('attack.example')
  })

  test('reads it without where one joins, and no door shows her that', async () => {
    const form = await ask('rpc/event_to_edit', {
      method: 'POST',
      body: { event: other },
      ...leader(),
    })
    expect(form.body.event).toMatchObject({ title: 'Hers alone', may_edit: false })
    const copy = crypto.randomUUID()
    await ask('rpc/clone_event', { method: 'POST', body: { event: other, copy }, ...leader() })
    const mine = await ask('rpc/event_to_edit', {
      method: 'POST',
      body: { event: copy },
      ...leader(),
    })
    expect(mine.body.event).toMatchObject({ title: 'Hers alone', may_edit: true, state: 'draft' })
    const all = await ask('rpc/lead_events', { method: 'POST', body: {}, ...leader() })
    expect(all.body.length).toBeGreaterThan(0)
    for (const { text } of [form, mine, all]) expect(text).not.toContain(secret)
    const guessed = await ask(`events?meeting_url=eq.${secret}&select=id`, leader())
    expect(verdict(guessed)).toEqual(refused)
    await sql`delete from public.events where id = ${copy}`
  })

  test('writes no column that is ours to write', async () => {
    for (const change of [
      { created_by: people.member.memberId },
      { updated_by: people.member.memberId },
      { published_at: '2020-01-01' },
      { canceled_at: '2020-01-01' },
      { thanked_at: '2020-01-01' },
      { origin: 'luma' },
      { url: 'https://lu.ma/evil' },
      { revision: 1 },
      { series_id: series },
    ]) {
      const body = { id: crypto.randomUUID(), title: 'Odd', ...change }
      const made = await ask('events', { method: 'POST', body, ...leader() })
      expect(verdict(made), JSON.stringify(change)).toEqual(refused)
      const path = `events?id=eq.${own}`
      const changed = await ask(path, { method: 'PATCH', body: change, ...leader() })
      expect(verdict(changed), JSON.stringify(change)).toEqual(refused)
    }
    expect((await stored(own))?.created_by).toBe(people.leader.memberId)
  })

  test('makes nobody a host of somebody else’s event, nor somebody who hides of her own', async () => {
    const host = (event_id: string, member_id: string | undefined) =>
      ask('event_hosts', { method: 'POST', body: { event_id, member_id }, ...leader() })
    expect(verdict(await host(other, people.leader.memberId))).toEqual(refused)
    for (const member of [people.hidden.memberId, people.ended.memberId, crypto.randomUUID()])
      expect((await host(own, member)).body).toMatchObject({
        code: 'PT422',
        message: 'She is not in the directory',
      })
    expect((await host(own, people.member.memberId)).status).toBe(201)
    // Whom she named is a member and no leader: she may edit nothing.
    const edit = await ask(`events?id=eq.${own}&select=id`, {
      method: 'PATCH',
      body: { title: 'Mine now' },
      headers: { prefer: 'return=representation' },
      token: people.member.token,
    })
    expect(edit.body).toEqual([])
  })

  test('skips no step between draft, published and canceled', async () => {
    const move = (body: Record<string, unknown>) =>
      ask(`events?id=eq.${own}`, { method: 'PATCH', body, ...leader() })
    const times = { starts_at: '2090-05-01T18:00Z', ends_at: '2090-05-01T20:00Z' }
    for (const [body, message] of [
      [{ state: 'canceled' }, 'A draft has nobody to tell'],
      [{ state: 'published' }, 'It needs a start'],
      [
        { state: 'published', starts_at: '2020-05-01T18:00Z', ends_at: '2020-05-01T20:00Z' },
        'This moment is past',
      ],
      [{ state: 'published', ...times, ends_at: '2090-05-01T17:00Z' }, 'It ends before it begins'],
    ] as const)
      expect((await move(body)).body).toMatchObject({ code: 'PT422', message })
    expect((await move({ state: 'published', ...times })).status).toBe(204)
    expect((await move({ state: 'draft' })).body.message).toBe('It is published already')
    expect((await move({ thanks: 'Before it was' })).body.message).toBe('It has not begun yet')
    const begun = await ask('events', {
      method: 'POST',
      body: { id: crypto.randomUUID(), title: 'Born dead', state: 'canceled', ...times },
      ...leader(),
    })
    expect(begun.body.message).toBe('An event cannot begin as canceled')
    // Canceled while it is made there, it would be taken up again only when that claim has ended.
    await told()
    expect((await move({ state: 'canceled' })).status).toBe(204)
    expect((await move({ state: 'published' })).body.message).toContain('was canceled')
    expect((await move({ title: 'Risen' })).body.message).toBe('This event was canceled')
    const gone = await ask(`events?id=eq.${own}`, { method: 'DELETE', ...leader() })
    expect(gone.status).toBe(204)
    expect((await stored(own))?.state).toBe('canceled')
  })

  test('is one no longer the moment the role is taken', async () => {
    await sql`update public.members set role = 'member' where id = ${people.leader.memberId!}`
    try {
      for (const [name, body] of doors) {
        const answer = await ask(`rpc/${name}`, {
          method: 'POST',
          body: { event: own, ...body },
          ...leader(),
        })
        expect([name, answer.body.code]).toEqual([name, 'PT403'])
      }
    } finally {
      await sql`update public.members set role = 'leader' where id = ${people.leader.memberId!}`
    }
  })
})

test.each(['visitor', 'agent', 'stranger', 'member', 'ended'] as Kind[])(
  'a %s adds no event and opens no leader’s door',
  async (kind) => {
    const { token } = people[kind]
    const made = await ask('events', { method: 'POST', body: { title: 'Mine' }, token })
    expect(made.body.code).toBe('42501')
    for (const [name, body] of [
      ...doors,
      ['event_to_edit', {}],
      ['lead_events', {}],
      ['lead_event_ideas', {}],
      ['settle_event_idea', { idea: crypto.randomUUID() }],
    ] as typeof doors) {
      const asked = ['lead_events', 'lead_event_ideas'].includes(name)
        ? body
        : { event: other, ...body }
      const answer = await ask(`rpc/${name}`, { method: 'POST', body: asked, token })
      expect(answer.status, name).toBe(kind === 'visitor' ? 401 : 403)
      expect(answer.text).not.toContain('Hers alone')
    }
  },
)

test('two who save the same revision at once: one is told, nothing is overwritten', async () => {
  const id = crypto.randomUUID()
  await ask('events', { method: 'POST', body: { id, title: 'First' }, ...leader() })
  const save = (title: string) =>
    ask(`events?id=eq.${id}&revision=eq.1&select=id`, {
      method: 'PATCH',
      body: { title },
      headers: { prefer: 'return=representation' },
      ...leader(),
    })
  const answers = await Promise.all(['One', 'Other'].map(save))
  expect(answers.map(({ body }) => body.length).sort()).toEqual([0, 1])
  // And a series that is made twice at the same moment is one.
  await sql`update public.events set starts_at = now() + interval '1 day', ends_at = now() + interval '2 days' where id = ${id}`
  const name = crypto.randomUUID()
  const repeats = await Promise.all(
    [1, 2].map(() =>
      ask('rpc/repeat_event', {
        method: 'POST',
        body: { event: id, series: name, rhythm: 'weekly', times: 5 },
        ...leader(),
      }),
    ),
  )
  expect(repeats.map(({ status }) => status)).toEqual([200, 200])
  const [made] =
    await sql`select count(*)::int as events from public.events where series_id = ${name}`
  expect(made?.events).toBe(5)
  await sql`delete from public.events where series_id = ${name} or id = ${id}`
  await sql`delete from public.event_series where id = ${name}`
})
