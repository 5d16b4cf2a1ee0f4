// What a proposal shows, of each kind there is: every field is published, and nothing else is answered.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OperationName } from '../../../functions/agents/catalogue.ts'
import { shapes } from '../../../functions/agents/operations/index.ts'
import { schemaOf } from '../../../functions/agents/schema.ts'
import { repository } from '../../../scripts/local/run-folder.ts'
import { type Agents, openAgents } from './support.ts'

let agents: Agents
let key: { secret: string; id: string; name: string }
const person = (place: number) => `00000000-0000-4000-8000-00000000000${place}`
const gift = '00000000-0000-4000-b000-000000000001'

beforeAll(async () => {
  agents = await openAgents()
  for (const file of globSync('supabase/seed*.sql', { cwd: repository }).sort()) {
    await agents.sql.unsafe(readFileSync(join(repository, file), 'utf8')).simple()
  }
  await agents.sql`
    insert into public.donations (id, member_id, checkout_session_id, payment_intent_id, amount, currency, status, donated_at)
    values (${gift}, ${person(1)}, 'cs_gift', 'pi_gift', 2500, 'usd', 'paid', private.clock())`
  await agents.sql`
    insert into public.subscriptions (subscription_id, customer_id, purpose, price_id, unit_amount, currency, status, current_period_end, as_of, as_of_event)
    select 'sub_gift', customer_id, 'donation', 'price_gift', 500, 'usd', 'active', private.clock() + interval '9 days', private.clock(), 'created'
      from public.subscriptions where subscription_id = 'sub_ada'`
  key = await agents.makeKey()
})
afterAll(() => agents?.close())

const ask = async (operation: OperationName, args: Record<string, unknown>) => {
  const { status, body } = await agents.call(operation, args, { bearer: key.secret })
  expect([status, shapes[operation].output.safeParse(body.data).error]).toEqual([
    operation.startsWith('proposals') ? 200 : 202,
    undefined,
  ])
  return body.data
}
const reason = 'She asked for it'
const publishedOf = (operation: OperationName) => {
  const { properties } = schemaOf(shapes[operation].output, 'output') as {
    properties: Record<
      string,
      { properties: Record<string, object>; additionalProperties: boolean }
    >
  }
  return properties.shows!
}

describe('What is shown fits what is published, of', () => {
  const seen = new Set<string>()
  it.each<[string, OperationName, Record<string, unknown>]>([
    ['part of her dues', 'payments.propose_refund', { payment: 'in_ada', amount: 200, reason }],
    ['all that is left', 'payments.propose_refund', { payment: 'in_ada', reason }],
    ['a gift', 'payments.propose_refund', { payment: gift, reason }],
    [
      'an ending at once',
      'payments.propose_cancel',
      { member: person(1), subscription: 'sub_ada', when: 'now', reason },
    ],
    [
      'a gift of every month that ends',
      'payments.propose_cancel',
      { member: person(1), subscription: 'sub_gift', when: 'period_end', reason },
    ],
    ['an erasure', 'members.delete', { member: person(2), reason }],
  ])('%s', async (_, operation, args) => {
    const { shows } = await ask(operation, args)
    expect(shows.would.length).toBeGreaterThan(1)
    for (const name of Object.keys(shows)) seen.add(name)
  })

  it('all of them together: each field that is published is shown by one of them', () => {
    const { properties, additionalProperties } = publishedOf('proposals.get')
    expect(additionalProperties).toBe(false)
    expect([...seen].toSorted()).toEqual(Object.keys(properties).toSorted())
  })

  it('a proposal whose words were removed', async () => {
    const [{ id }] = await ask('proposals.list', { limit: 1 })
    await agents.sql`select private.empty_proposal(${id}, 'Forgotten')`
    expect((await ask('proposals.get', { proposal: id })).shows).toEqual({ would: [] })
  })

  it('a proposal of a key that has lost the scope', async () => {
    const [{ id }] = await ask('proposals.list', { limit: 1 })
    await agents.sql`update private.agent_keys set scopes = '{members:read}' where id = ${key.id}`
    expect(await ask('proposals.get', { proposal: id })).toMatchObject({
      subject: null,
      shows: { would: [] },
    })
  })
})
