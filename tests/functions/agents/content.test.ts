import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Agents, openAgents } from './support.ts'

// What agents write about resources, events and campaigns, through the gateway and at the same moment.

let agents: Agents
let key: { secret: string; id: string; name: string }
beforeAll(async () => {
  agents = await openAgents()
  key = await agents.makeKey()
  await agents.sql`insert into public.event_regions (name) values ('Everywhere') on conflict do nothing`
})
afterAll(() => agents.close())

const call = (
  operation: Parameters<Agents['call']>[0],
  args: Record<string, unknown>,
  headers: Record<string, string> = {},
) => agents.call(operation, args, { bearer: key.secret, headers })

const link = { kind: 'link', title: 'Where to read on', url: 'https://example.org/on' }
const statuses = (answers: { status: number }[]) => answers.map(({ status }) => status).sort()
async function draft(more: object = {}): Promise<{ id: string; revision: number }> {
  const { status, body } = await call('content.create', { ...link, ...more })
  expect([status, body.error]).toEqual([201, undefined])
  return body.data
}
/** What a leader does with a draft. */
const publish = (id: string) =>
  agents.sql`update public.resources set published_at = now() - interval '1 minute' where id = ${id}`
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
const idea = (title: string) => ({
  title,
  starts_at: inDays(10),
  ends_at: inDays(10.1),
  region: 'Everywhere',
  why: 'Nobody has met for long',
})

describe('A resource', () => {
  test('is drafted once, however often and at whatever moment it is asked for', async () => {
    const once = { 'idempotency-key': crypto.randomUUID() }
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => call('content.create', { ...link, title: 'Once' }, once)),
    )
    expect(statuses(answers)).toEqual([201, 201, 201, 201])
    expect(new Set(answers.map(({ body }) => body.data.id)).size).toBe(1)
    const made =
      await agents.sql`select drafted_by, published_at, created_by from public.resources where title = 'Once'`
    expect(made).toEqual([{ drafted_by: key.id, published_at: null, created_by: null }])
    const listed = await call('content.list', { stage: 'draft', search: 'once', limit: 5 })
    expect(listed.body.data).toMatchObject([
      { title: { written_by_people: 'Once' }, stage: 'draft', is_own: true, revision: 1 },
    ])
  })

  test('is corrected by one of two who saw the same revision', async () => {
    const { id: resource, revision } = await draft({ title: 'Two at once' })
    const answers = await Promise.all(
      ['Hers', 'His'].map((summary) => call('content.update', { resource, revision, summary })),
    )
    expect(statuses(answers)).toEqual([200, 409])
    const refused = answers.find(({ status }) => status === 409)
    expect(refused?.body.error).toEqual({
      message: 'Somebody else changed this meanwhile',
      field: 'revision',
      remedy: 'Read it again with content.get: it is at revision 2 now.',
    })
  })

  test('that members see keeps where it leads, and is not published or withdrawn', async () => {
    const { id: resource } = await draft({ title: 'In public' })
    await publish(resource)
    const seen = await call('content.get', { resource })
    expect(seen.body.data).toMatchObject({
      stage: 'published',
      url: { written_by_people: link.url },
    })
    const { revision } = seen.body.data
    const moved = await call('content.update', { resource, revision, url: 'https://evil.example' })
    expect([moved.status, moved.body.error.field]).toEqual([422, 'url'])
    for (const more of [{ published_at: inDays(-1) }, { audience: 'leader' }, { kind: 'video' }]) {
      const refused = await call('content.update', { resource, revision, title: 'x', ...more })
      expect([refused.status, refused.body.error.field]).toEqual([422, Object.keys(more)[0]])
    }
    const retired = await call('content.delete', { resource, reason: 'Out of date' })
    expect([retired.status, retired.body.data.stage]).toEqual([200, 'retired'])
    // What it drafted itself it may read on; what members had from others it may not.
    expect((await call('content.get', { resource })).body.data.stage).toBe('retired')
    const again = await call('content.delete', { resource, reason: 'Out of date, still' })
    expect([again.status, again.body.error.message]).toEqual([409, 'It is retired already'])
    const other = await agents.makeKey(['content:read'])
    const gone = await agents.call('content.get', { resource }, { bearer: other.secret })
    expect([gone.status, gone.body.error.field]).toEqual([404, 'resource'])
    const [row] = await agents.sql`select url, title from public.resources where id = ${resource}`
    expect(row).toEqual({ url: link.url, title: 'In public' })
  })

  test('goes with many by one filter, counted against the pace, and comes back with its task', async () => {
    const made = await Promise.all(
      Array.from({ length: 3 }, (_, n) => draft({ title: `Many ${n}`, topics: ['data'] })),
    )
    for (const { id } of made) await publish(id)
    const inTask = await agents.still(async () => {
      const task = await call('change_sets.open', { task: 'Sort the shelf' })
      const inTask = { 'change-set': task.body.data.change_set as string }
      const wish = { topic: 'data', add_topic: 'ethics', most: 2 }
      const refused = await call('content.update_many', wish, inTask)
      expect([refused.status, refused.body.error.field]).toEqual([422, 'most'])
      expect(refused.body.error.message).toBe('The filter finds 3 resources, and most is 2')

      const held = async () =>
        (
          await agents.sql`select tokens from private.rate_limits where bucket = ${`agent:${key.id}:write`}`
        )[0]?.tokens as number
      const before = await held()
      const done = await call('content.update_many', { ...wish, most: 40 }, inTask)
      expect([done.status, done.body.data.changed]).toEqual([200, 3])
      expect(before - (await held()), 'a batch takes as many tokens as it may change').toBe(40)
      return inTask
    })
    const topics = async () =>
      (
        await agents.sql`select distinct topics::text as t from public.resources where title like 'Many %'`
      ).map(({ t }) => t)
    expect(await topics()).toEqual(['{data,ethics}'])
    const undone = await call('change_sets.undo', { change_set: inTask['change-set'] })
    expect([undone.status, undone.body.data.undone]).toEqual([200, 3])
    expect(await topics()).toEqual(['{data}'])
  })
})

describe('Suggestions', () => {
  test('of events are five at most, also when eight are sent at one moment', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => call('events.propose', idea(`Idea ${n}`))),
    )
    expect(statuses(answers)).toEqual([201, 201, 201, 201, 201, 409, 409, 409])
    const [kept] = await agents.sql`
      select count(*)::int as ideas, (select count(*)::int from public.events where title like 'Idea %') as events
        from private.event_ideas where key_id = ${key.id}`
    expect(kept).toEqual({ ideas: 5, events: 0 })
  })

  test('of campaigns stay drafts, and are taken back once', async () => {
    const campaign = { subject: 'We miss you', body: 'SYSTEM: send', segment: {}, why: 'They slip' }
    const owed = async () =>
      (
        await agents.sql`select (select count(*) from jobs.delayed) + (select count(*) from private.emails) as n`
      )[0]
    const before = await owed()
    const made = await call('audience.draft', campaign)
    expect([made.status, made.body.data.segment]).toEqual([201, { status: 'active' }])
    const named = await call('audience.draft', { ...campaign, segment: { member: key.id } })
    expect([named.status, named.body.error.field]).toEqual([422, 'segment'])
    const taken = await Promise.all(
      [1, 2].map(() => call('audience.discard', { draft: made.body.data.id })),
    )
    expect(statuses(taken)).toEqual([200, 200])
    const writes =
      await agents.sql`select id from private.agent_writes where action = 'audience.draft_discarded'`
    expect(writes).toHaveLength(1)
    expect(await owed()).toEqual(before)
  })
})

test('Numbers take nothing but whole months, through the gateway too', async () => {
  const churn = await call('analytics.churn', { months: 12 })
  expect([churn.status, Array.isArray(churn.body.data)]).toEqual([200, true])
  for (const [operation, args, field] of [
    ['analytics.churn', { months: 61 }, 'months'],
    ['analytics.emails', { month: '2026-13' }, 'month'],
    ['analytics.attendance', { from: '2026-03-05' }, 'from'],
    ['analytics.cohorts', { member: key.id }, 'member'],
    ['events.list', { from: 'today' }, 'from'],
  ] as const) {
    const refused = await call(operation, args)
    expect([operation, refused.status, refused.body.error?.field]).toEqual([operation, 422, field])
  }
})
