import { afterAll, beforeAll, expect, test } from 'vitest'
import type { OperationName } from '../../../functions/agents/catalogue.ts'
import { shapes } from '../../../functions/agents/operations/index.ts'
import { type Agents, openAgents } from './support.ts'

let agents: Agents
let bearer: string
beforeAll(async () => {
  agents = await openAgents()
  bearer = (await agents.makeKey()).secret
})
afterAll(() => agents.close())

const call = (operation: OperationName, args: Record<string, unknown>, headers = {}) =>
  agents.call(operation, args, { bearer, headers })

async function member(name: string): Promise<string> {
  const [row] = await agents.sql<{ id: string }[]>`
    select private.create_member('sign_up', ${`${crypto.randomUUID()}@example.org`}, 'auth', now(), null, ${name}, now()) as id`
  return row!.id
}

const nameOf = async (id: string): Promise<string> => {
  const [row] = await agents.sql`select name from public.profiles where member_id = ${id}`
  return row!.name
}

/** A task in which somebody was given a new name so often. */
async function task(names: string[]) {
  const opened = await call('change_sets.open', { task: `Names ${crypto.randomUUID()}` })
  const id: string = opened.body.data.change_set
  const her = await member('Ada')
  for (const name of names) {
    const { status } = await call('members.update', { member: her, name }, { 'change-set': id })
    expect(status).toBe(200)
  }
  return { id, her }
}

const undo = (id: string, key: string = crypto.randomUUID()) =>
  call('change_sets.undo', { change_set: id }, { 'idempotency-key': key })

/** Waits until so many statements of agents stand still at somebody else's lock, and returns their processes. */
async function waiting(n: number): Promise<number[]> {
  for (;;) {
    const rows = await agents.sql<{ pid: number }[]>`
      select pid from pg_stat_activity
       where wait_event_type = 'Lock' and query like '%gateway_request%' and datname = current_database()`
    if (rows.length === n) return rows.map(({ pid }) => pid)
  }
}

/** Holds the row of a member while something is tried. */
async function holding<T>(her: string, tried: () => Promise<T>): Promise<T> {
  const other = await agents.sql.reserve()
  try {
    await other`begin`
    await other`select from public.members where id = ${her} for update`
    return await tried()
  } finally {
    await other`rollback`
    other.release()
  }
}

test('What is answered is as the shapes say', async () => {
  const { id } = await task(['Two', 'Three'])
  const before = await call('change_sets.get', { change_set: id })
  expect(shapes['change_sets.get'].output.safeParse(before.body.data).error).toBeUndefined()
  const undone = await undo(id)
  expect(shapes['change_sets.undo'].output.safeParse(undone.body.data).error).toBeUndefined()
  const after = await call('change_sets.get', { change_set: id })
  expect(shapes['change_sets.get'].output.safeParse(after.body.data).error).toBeUndefined()
  expect([before.body.data.count, undone.body.data.undone]).toEqual([2, 2])
})

test('Undone twice at the same moment it is undone once, and both hear the same', async () => {
  const { id, her } = await task(['Two', 'Three'])
  const answers = await holding(her, async () => {
    const both = [undo(id), undo(id)]
    await waiting(2)
    return both
  }).then((both) => Promise.all(both))
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  expect(answers[0]!.body.data).toEqual(answers[1]!.body.data)
  expect(answers[0]!.body.data).toMatchObject({ undone: 2, left: 0 })
  expect(await nameOf(her)).toBe('Ada')
  const log = await agents.sql`
    select action from private.audit_log where target_id = ${id} and action = 'agents.change_set_undone'`
  expect(log).toHaveLength(1)
})

test('The same Idempotency-Key gives the same answer after others have changed things', async () => {
  const { id, her } = await task(['Two'])
  const first = await undo(id, 'undo-once')
  await agents.sql`update public.profiles set name = 'Her own' where member_id = ${her}`
  const again = await undo(id, 'undo-once')
  expect(again.body).toEqual(first.body)
  expect(again.headers.get('idempotent-replayed')).toBe('true')
  expect(await nameOf(her)).toBe('Her own')
})

test('A write that is under way is waited for, and undone with the rest', async () => {
  const { id, her } = await task(['Two'])
  const [write, undone] = await holding(her, async () => {
    const write = call('members.update', { member: her, name: 'Late' }, { 'change-set': id })
    await waiting(1)
    const undone = undo(id)
    await waiting(2)
    return [write, undone] as const
  }).then((both) => Promise.all(both))
  expect([write.status, undone.status]).toEqual([200, 200])
  expect(undone.body.data).toMatchObject({ undone: 2, left: 0 })
  expect(await nameOf(her)).toBe('Ada')
})

test('A write that comes while it is undone finds the task closed', async () => {
  const { id, her } = await task(['Two'])
  const [undone, write] = await holding(her, async () => {
    const undone = undo(id)
    await waiting(1)
    const write = call('members.update', { member: her, name: 'Late' }, { 'change-set': id })
    await waiting(2)
    return [undone, write] as const
  }).then((both) => Promise.all(both))
  expect(undone.body.data).toMatchObject({ undone: 1, left: 0 })
  expect([write.status, write.body.error.field]).toEqual([422, 'Change-Set'])
  expect(await nameOf(her)).toBe('Ada')
})

test('A crash in the middle undoes nothing, and the same call does it afterwards', async () => {
  const { id, her } = await task(['Two'])
  const second = await member('Bea')
  await call('members.update', { member: second, name: 'Beate' }, { 'change-set': id })
  // The newest is taken back first: Bea's. Then it waits for Ada, and its connection dies.
  const undone = await holding(her, async () => {
    const undone = undo(id, 'undo-crash')
    const [pid] = await waiting(1)
    await agents.sql`select pg_terminate_backend(${pid!})`
    return await undone
  })
  expect(undone.status).toBe(503)
  expect([await nameOf(her), await nameOf(second)]).toEqual(['Two', 'Beate'])
  const again = await undo(id, 'undo-crash')
  expect(again.body.data).toMatchObject({ undone: 2, left: 0 })
  expect([await nameOf(her), await nameOf(second)]).toEqual(['Ada', 'Bea'])
})

test('Who signs up while the row that was made for her is taken back is a member, once', async () => {
  const email = `${crypto.randomUUID()}@example.org`
  const [user] = await agents.sql<{ id: string }[]>`
    insert into auth.users (id, email, email_confirmed_at) values (gen_random_uuid(), ${email}, now()) returning id`
  const opened = await call('change_sets.open', { task: 'New people' })
  const id: string = opened.body.data.change_set
  const made = await call('members.create', { email, name: 'Vera' }, { 'change-set': id })
  const [undone] = await holding(made.body.data.member, async () => {
    const undone = undo(id)
    await waiting(1)
    const signUp = agents.sql`select private.sign_up(${user!.id}, 'Vera herself', true, now())`
    return [undone, signUp.execute()] as const
  }).then((both) => Promise.all(both))
  expect(undone.body.data).toMatchObject({ undone: 1, left: 0 })
  const rows = await agents.sql`
    select m.user_id, m.origin::text, p.name from public.members m join public.profiles p on p.member_id = m.id
      join public.member_emails e on e.member_id = m.id where e.email = ${email}`
  expect(rows).toEqual([{ user_id: user!.id, origin: 'sign_up', name: 'Vera herself' }])
})

test('Practice has tasks, too, in which nothing stays', async () => {
  const { secret } = await agents.makeKey(undefined, { isSandbox: true })
  const practise = (operation: OperationName, args: Record<string, unknown>, headers = {}) =>
    agents.call(operation, args, { bearer: secret, headers })
  const opened = await practise('change_sets.open', { task: 'Practice' })
  const set = { change_set: opened.body.data.change_set }
  const her = await member('Cyn')
  const { status } = await practise(
    'members.update',
    { member: her, name: 'Practice' },
    { 'change-set': set.change_set },
  )
  expect([status, await nameOf(her)]).toEqual([200, 'Cyn'])
  expect((await practise('change_sets.get', set)).body.data.writes).toEqual([])
  expect((await practise('change_sets.undo', set)).body.data).toMatchObject({ undone: 0, left: 0 })
})
