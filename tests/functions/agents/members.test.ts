import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { scrub } from '../../../functions/_shared/log.ts'
import type { OperationName } from '../../../functions/agents/catalogue.ts'
import { shapes } from '../../../functions/agents/operations/index.ts'
import { deleteProposed } from '../../../functions/members/jobs/delete_proposed.ts'
import { type Agents, openAgents } from './support.ts'

let agents: Agents
let bearer: string
beforeAll(async () => {
  agents = await openAgents()
  bearer = (await agents.makeKey()).secret
})
afterAll(() => agents.close())

const call = (operation: OperationName, args: Record<string, unknown> = {}, headers = {}) =>
  agents.call(operation, args, { bearer, headers })

let people = 0
const fresh = () => `person-${++people}@example.org`

/** Somebody who signed up and lets others find her; entitled when she has a membership. */
async function member(name: string, status?: 'active' | 'past_due'): Promise<string> {
  const email = fresh()
  const [row] = await agents.sql<{ id: string }[]>`
    select private.create_member('sign_up', ${email}, 'auth', now(), null, ${name}, now()) as id`
  const id = row!.id
  await agents.sql`
    update public.profiles set is_visible = true, headline = 'Hello', bio = 'Before' where member_id = ${id}`
  if (status) {
    await agents.sql`
      insert into private.stripe_customers (customer_id, member_id, email, as_of)
      values (${`cus_${id}`}, ${id}, ${email}, now())`
    await agents.sql`
      insert into public.subscriptions (subscription_id, customer_id, purpose, tier, price_id, currency, status,
        current_period_start, current_period_end, past_due_since, as_of, as_of_event)
      values (${`sub_${id}`}, ${`cus_${id}`}, 'dues', 'monthly', 'price_monthly', 'usd', ${status}, now(),
        now() + interval '20 days', ${status === 'past_due' ? new Date() : null}, now(), 'created')`
    await agents.sql`
      insert into public.invoices (invoice_id, customer_id, subscription_id, status, amount_due, amount_paid, currency,
        created_at, next_payment_attempt, as_of)
      values (${`in_${id}`}, ${`cus_${id}`}, ${`sub_${id}`}, 'open', 1000, 0, 'usd', now(), now() + interval '2 days', now())`
    await agents.sql`select private.recompute_subscription(${`sub_${id}`}, 'test', null, now())`
  }
  return id
}

const profileOf = async (id: string) => {
  const [row] = await agents.sql`
    select name, headline, bio, is_visible from public.profiles where member_id = ${id}`
  return row!
}

describe('Every answer is as its shape says', () => {
  test.each<[OperationName, (id: string) => Record<string, unknown>]>([
    ['keys.me', () => ({})],
    ['members.list', () => ({ search: 'nia', limit: 1 })],
    ['members.slipping', () => ({ why: 'payment_failed' })],
    ['members.get', (id) => ({ member: id })],
    ['members.create', () => ({ email: fresh(), name: 'Uma' })],
    ['members.update', (id) => ({ member: id, headline: 'New', bio: '' })],
    ['members.send_card_link', (id) => ({ member: id })],
    ['members.delete', (id) => ({ member: id, reason: 'She asked for it' })],
    ['operations.goals', () => ({})],
    ['operations.dead_jobs', () => ({ limit: 5 })],
    ['operations.explain_member', (id) => ({ member: id })],
  ])('%s', async (operation, argsOf) => {
    const id = await member('Nia', 'past_due')
    await agents.sql`
      insert into jobs.dead (job, queue, priority, kind, args, attempts, reason, hint, last_error, enqueued_at, died_at)
      values (nextval('jobs.job_ids'), 'audience', 'bulk', 'sync_contact', ${agents.sql.json({ member_id: id })}, 3, 'refused',
        jobs.hint('refused'), 'nia@example.org looks fake', now(), now())`
    const answer = await call(operation, argsOf(id))
    expect(answer.body.error).toBeUndefined()
    expect(shapes[operation].output.safeParse(answer.body.data).error).toBeUndefined()
    expect(JSON.stringify(answer.body)).not.toMatch(/@|hosted_invoice|cus_/)
  })
})

describe('At the same moment', () => {
  test('two agents make one member of one address', async () => {
    const email = fresh()
    const answers = await Promise.all(
      ['Uma', 'Una', 'Ulla'].map((name) => call('members.create', { email, name })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409])
    const [row] = await agents.sql`
      select count(*)::int as n from public.member_emails where email = ${email}`
    expect(row!.n).toBe(1)
  })

  test('an agent and a person who signs up make one member', async () => {
    const email = fresh()
    const [user] = await agents.sql<{ id: string }[]>`
      insert into auth.users (id, email, email_confirmed_at) values (gen_random_uuid(), ${email}, now()) returning id`
    const [answer] = await Promise.all([
      call('members.create', { email, name: 'Vera' }),
      agents.sql`select private.sign_up(${user!.id}, 'Vera herself', true, now())`,
    ])
    expect([201, 409]).toContain(answer.status)
    const rows = await agents.sql`
      select m.user_id from public.members m join public.member_emails e on e.member_id = m.id where e.email = ${email}`
    expect(rows).toEqual([{ user_id: user!.id }])
  })

  test('two agents send one link', async () => {
    const id = await member('Dot', 'past_due')
    const answers = await Promise.all(
      [1, 2, 3].map(() => call('members.send_card_link', { member: id })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409])
    const mails = await agents.sql`
      select template, data ->> 'amount' as amount from private.emails where member_id = ${id} and template = 'card_link'`
    expect(mails).toEqual([{ template: 'card_link', amount: '1000' }])
  })

  test('of two who read the same, one writes', async () => {
    const id = await member('Ada', 'active')
    const { body } = await call('members.get', { member: id })
    const { revision } = body.data
    const answers = await Promise.all(
      ['One', 'Two'].map((headline) => call('members.update', { member: id, revision, headline })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    const written = answers.findIndex(({ status }) => status === 200)
    expect((await profileOf(id)).headline).toBe(['One', 'Two'][written])
  })
})

test('A key for practice leaves nothing behind', async () => {
  const { secret } = await agents.makeKey(undefined, { isSandbox: true })
  const practise = (operation: OperationName, args: Record<string, unknown>) =>
    agents.call(operation, args, { bearer: secret })
  const id = await member('Bea', 'past_due')
  const email = fresh()
  const answers = [
    await practise('members.create', { email, name: 'Nobody' }),
    await practise('members.update', { member: id, headline: 'Practice', is_visible: false }),
    await practise('members.send_card_link', { member: id }),
  ]
  expect(answers.map(({ status }) => status)).toEqual([201, 200, 202])
  expect(answers.every(({ body }) => body.sandbox === true)).toBe(true)
  expect(await profileOf(id)).toMatchObject({ headline: 'Hello', is_visible: true })
  const [left] = await agents.sql`
    select (select count(*) from public.member_emails where email = ${email})::int as people,
           (select count(*) from private.emails where member_id = ${id} and template = 'card_link')::int as mails,
           (select count(*) from private.agent_writes where member_id = ${id})::int as writes`
  expect(left).toEqual({ people: 0, mails: 0, writes: 0 })
})

describe('A deletion that an admin agreed to', () => {
  const agree = async (proposal: string) => {
    await agents.sql`
      select private.decide_proposal(${proposal}::uuid, true, 'studio', 'She wrote to us', private.clock())`
  }
  const work = (proposal: string) =>
    deleteProposed({ args: { proposal_id: proposal } } as never, { sql: agents.sql } as never)
  const stateOf = async (proposal: string) => {
    const [row] = await agents.sql`
      select state::text, error from private.agent_proposals where id = ${proposal}`
    return [row!.state, row!.error]
  }

  test('erases her once, though the job comes twice and at the same moment', async () => {
    const id = await member('Cyn', 'active')
    const { body } = await call('members.delete', { member: id, reason: 'She asked for it' })
    await agree(body.data.id)
    const notes = await Promise.all([work(body.data.id), work(body.data.id)])
    expect(notes.map((one) => (one as { note: string }).note).sort()[0]).toBe('erased')
    expect(await agents.sql`select id from public.members where id = ${id}`).toEqual([])
    const buried = await agents.sql`
      select t.asked_by::text as by from private.tombstones t join private.tombstone_keys k on k.tombstone_id = t.id where k.key = ${id}`
    expect(buried).toEqual([{ by: 'agent' }])
    expect(await stateOf(body.data.id)).toEqual(['carried_out', null])
    expect(await work(body.data.id)).toEqual({ note: 'nothing left to do' })
  })

  test('is not done any more when she has become a leader meanwhile', async () => {
    const id = await member('Lea', 'active')
    const { body } = await call('members.delete', { member: id, reason: 'She asked for it' })
    await agree(body.data.id)
    await agents.sql`update public.members set role = 'leader' where id = ${id}`
    await work(body.data.id)
    expect(await stateOf(body.data.id)).toEqual(['failed', 'She is a leader or an admin now.'])
    expect(await agents.sql`select id from public.members where id = ${id}`).toHaveLength(1)
  })

  test('of a key for practice erases nobody', async () => {
    const { secret } = await agents.makeKey(undefined, { isSandbox: true })
    const id = await member('Fay', 'active')
    const { body } = await agents.call(
      'members.delete',
      { member: id, reason: 'Practice' },
      { bearer: secret },
    )
    await agree(body.data.id)
    expect(await work(body.data.id)).toEqual({ note: 'practice: nobody was erased' })
    expect(await stateOf(body.data.id)).toEqual(['carried_out', null])
    expect(await agents.sql`select id from public.members where id = ${id}`).toHaveLength(1)
  })
})

test('SQL and functions take the same out of a text', async () => {
  const pieces = [
    'ada.l+x@example.org',
    'ADA@EXAMPLE.ORG,',
    '<eve@mail.example.co.uk>',
    'eve＠example.org',
    'sk_test_abc-DEF_123',
    'cak_live_abcDEF123',
    'xoxb-1-2',
    're_abcDEF12_abcdefGHIJKL3456',
    'Bearer abc.def=',
    'eyJhbGciOiJF.eyJzdWIiOiJhIn0.abc',
    'https://billing.stripe.com/p/session/live_1?x=1',
    'http://stripe.com/',
    '+14155550100',
    '+1 (415) 555-0100',
    '+351 21 123 4567',
    '(415) 555-0100',
    '415.555.0100',
    'in_1QabcDEF0123456789',
    '00000000-0000-4000-8000-000000000061',
    '2026-11-21T18:00:00+01:00',
    '$1,000.00',
    '1 + 12345 = 12346',
    '"quoted"',
    'a\nb',
  ]
  const texts = pieces.flatMap((one) => pieces.map((other) => `${one} ${other} and ${other}${one}`))
  const rows = await agents.sql<{ clean: string }[]>`
    select private.scrub(t.text) as clean from unnest(${texts}::text[]) with ordinality t (text, place) order by t.place`
  expect(rows.map(({ clean }) => clean)).toEqual(texts.map(scrub))
})
