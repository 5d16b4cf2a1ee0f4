import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Agents, openAgents } from './support.ts'

let agents: Agents
let key: Awaited<ReturnType<Agents['makeKey']>>
beforeAll(async () => {
  agents = await openAgents()
  key = await agents.makeKey()
})
afterAll(() => agents.close())

const open = (task: string, idempotencyKey: string, bearer = key.secret, headers = {}) =>
  agents.call(
    'change_sets.open',
    { task },
    { bearer, headers: { 'idempotency-key': idempotencyKey, ...headers } },
  )
const made = async (task: string): Promise<number> => {
  const [row] = await agents.sql<{ n: number }[]>`
    select count(*)::int as n from private.agent_change_sets where task = ${task}`
  return row!.n
}

test('The same again is answered the same, and is done once', async () => {
  const first = await open('Mend the topics', 'same-1')
  expect([first.status, first.headers.get('idempotent-replayed')]).toEqual([201, null])
  const again = await open('Mend the topics', 'same-1')
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true'])
  expect(again.body).toEqual(first.body)
  expect(await made('Mend the topics')).toBe(1)
})

test('Also after a day, with a token of the same key, and in another order of the fields', async () => {
  const create = (body: string, bearer: string) =>
    agents.request('POST', '/content', { bearer, body, headers: { 'idempotency-key': 'day-1' } })
  const first = await create(
    '{"kind":"link","title":"A guide","summary":"What there is","url":"https://example.org/guide"}',
    key.secret,
  )
  expect(first.status).toBe(201)
  const again = await agents.still(async (to) => {
    await to(26 * 3600)
    return await create(
      '{ "url": "https://example.org/guide", "title": "A guide", "summary":"What there is", "kind":"link" }',
      await agents.token(key.secret),
    )
  })
  expect([again.status, again.body, again.headers.get('idempotent-replayed')]).toEqual([
    201,
    first.body,
    'true',
  ])
  const rows = await agents.sql`select from public.resources where title = 'A guide'`
  expect(rows).toHaveLength(1)
})

test('The Data API gives the same answer to what the gateway did', async () => {
  const first = await open('Through two doors', 'doors-1')
  const claims = JSON.parse(
    Buffer.from((await agents.token(key.secret)).split('.')[1]!, 'base64url').toString(),
  )
  const again = await agents.sql.begin(async (tx) => {
    await tx`select set_config('request.jwt.claims', ${JSON.stringify(claims)}, true)`
    await tx`set local role agent`
    const [row] = await tx`
      select public.call_operation('change_sets.open', '{"task": "Through two doors"}', 'doors-1') as body`
    const [said] =
      await tx`select current_setting('response.status') as status, current_setting('response.headers')::json as headers`
    return { ...row, ...said }
  })
  expect(again).toEqual({
    body: first.body,
    status: '201',
    headers: [{ 'Cache-Control': 'no-store' }, { 'Idempotent-Replayed': 'true' }],
  })
  expect(await made('Through two doors')).toBe(1)
})

test('Something else under the same Idempotency-Key is refused, and does nothing', async () => {
  await open('One thing', 'other-1')
  const answers = [
    await open('Another thing', 'other-1'),
    await agents.call(
      'members.delete',
      { member: crypto.randomUUID(), reason: 'x' },
      { bearer: key.secret, headers: { 'idempotency-key': 'other-1' } },
    ),
  ]
  for (const answer of answers) {
    expect([answer.status, answer.body.error]).toEqual([
      422,
      {
        message: 'This Idempotency-Key was used for something else',
        field: 'Idempotency-Key',
        remedy: 'Send a new one.',
      },
    ])
  }
  expect(await made('Another thing')).toBe(0)
})

test('The same write for another change set is something else', async () => {
  const changeSet = (await open('The task', 'task-1')).body.data.change_set
  expect((await open('Part of it', 'task-2', key.secret, { 'change-set': changeSet })).status).toBe(
    201,
  )
  expect((await open('Part of it', 'task-2')).status).toBe(422)
})

test('A change set that was undone meanwhile does not change the answer', async () => {
  const changeSet = (await open('To be undone', 'undone-1')).body.data.change_set
  const inside = { 'change-set': changeSet }
  const first = await open('Inside', 'undone-2', key.secret, inside)
  const undone = await agents.call(
    'change_sets.undo',
    { change_set: changeSet },
    { bearer: key.secret },
  )
  expect(undone.status).toBe(200)
  const again = await open('Inside', 'undone-2', key.secret, inside)
  expect([again.status, again.body]).toEqual([first.status, first.body])
  expect((await open('Inside', 'undone-3', key.secret, inside)).status).toBe(422)
})

test('Two keys may use the same Idempotency-Key', async () => {
  const other = await agents.makeKey()
  const [one, two] = [await open('Ours', 'shared-1'), await open('Ours', 'shared-1', other.secret)]
  expect([one.status, two.status]).toEqual([201, 201])
  expect(one.body.data.change_set).not.toBe(two.body.data.change_set)
})

test('What was refused leaves its Idempotency-Key free', async () => {
  const propose = (reason: string) =>
    agents.call(
      'members.delete',
      { member: '00000000-0000-4000-8000-000000000000', reason },
      { bearer: key.secret, headers: { 'idempotency-key': 'free-1' } },
    )
  expect((await propose('Nobody has this id')).status).toBe(404)
  const opened = await open('Now something that works', 'free-1')
  expect([opened.status, opened.headers.get('idempotent-replayed')]).toEqual([201, null])
})

test('Twenty at the same moment are one', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => open('At once', 'parallel-1')))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
  expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(
    1,
  )
  expect(await made('At once')).toBe(1)
})

test('Twenty different things at the same moment under one Idempotency-Key: one is done', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => open(`Race ${n}`, 'parallel-2')),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(422)])
  const [row] =
    await agents.sql`select count(*)::int as n from private.agent_change_sets where task like 'Race %'`
  expect(row!.n).toBe(1)
})

test('Whoever writes the same over and over under new keys is stopped for a while, reads included', async () => {
  const looping = await agents.makeKey()
  await agents.still(async (to) => {
    for (let n = 0; n < 5; n++)
      expect((await open('Again', `loop-${n}`, looping.secret)).status).toBe(201)
    const stopped = await open('Again', 'loop-5', looping.secret)
    expect([
      stopped.status,
      stopped.headers.get('retry-after'),
      stopped.body.error.message,
    ]).toEqual([
      429,
      '900',
      'This key asked for the same change_sets.open over and over, and is stopped for 15 minutes',
    ])
    expect(await made('Again')).toBe(5)
    const read = () => agents.call('keys.me', {}, { bearer: looping.secret })
    const told = async () => {
      const { status, headers } = await read()
      return [status, headers.get('retry-after')]
    }
    expect(await told()).toEqual([429, '900'])
    await to(899)
    expect(await told()).toEqual([429, '1'])
    await to(900)
    expect(await told()).toEqual([200, null])
  })
})

test('A write that was refused counts too, also under one key; one that was done and is sent again does not', async () => {
  const looping = await agents.makeKey()
  for (let n = 0; n < 10; n++)
    expect((await open('Done', 'done-1', looping.secret)).status).toBe(201)
  const propose = () =>
    agents.call(
      'members.delete',
      { member: '00000000-0000-4000-8000-000000000000', reason: 'Nobody has this id' },
      { bearer: looping.secret, headers: { 'idempotency-key': 'refused-1' } },
    )
  const statuses = []
  for (let n = 0; n < 6; n++) statuses.push((await propose()).status)
  expect(statuses).toEqual([404, 404, 404, 404, 404, 429])
})

test('What is practised is answered, replayed, on record, and not there', async () => {
  const practice = await agents.makeKey(undefined, { isSandbox: true })
  expect(practice.secret).toMatch(/^cak_test_/)
  const body = {
    kind: 'link',
    title: 'A rehearsal',
    summary: 'What there would be',
    url: 'https://example.org/rehearsal',
  }
  const create = () =>
    agents.call('content.create', body, {
      bearer: practice.secret,
      headers: { 'idempotency-key': 'practice-1' },
    })
  const first = await create()
  expect([first.status, first.body.sandbox]).toEqual([201, true])
  expect(await agents.sql`select from public.resources where title = 'A rehearsal'`).toHaveLength(0)
  const again = await create()
  expect([again.body, again.headers.get('idempotent-replayed')]).toEqual([first.body, 'true'])
  const actions =
    await agents.sql`select action, target_id, after from private.audit_log where actor = ${practice.name}`
  const tried = {
    action: 'resources.drafted',
    target_type: 'resource',
    target_id: first.body.data.id,
    after: { kind: 'link' },
  }
  expect(actions).toEqual([
    {
      action: 'agents.rehearsed',
      target_id: 'content.create',
      after: { writes: [tried] },
    },
  ])
})
