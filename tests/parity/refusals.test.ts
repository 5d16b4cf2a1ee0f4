// Speaks HTTP and supabase-js only and knows no machine: these are PostgREST's own answers.
import { beforeAll, describe, expect, test } from 'vitest'
import { admin, ask, makePerson, type Person, target, visitor } from './support.ts'

let person: Person
beforeAll(async () => {
  person = await makePerson()
})

const asPerson = () => ({ authorization: `Bearer ${person.session.access_token}` })
const post = (body: unknown, headers = {}) => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...headers },
})

test('A table that is not there is 404 PGRST205', async () => {
  const { status, body } = await ask('/rest/v1/nothing')
  expect([status, body.code]).toEqual([404, 'PGRST205'])
  expect(body.message).toBe("Could not find the table 'public.nothing' in the schema cache")
})

test('A function that is not there is 404 PGRST202', async () => {
  const { status, body } = await ask('/rest/v1/rpc/nothing?a=1')
  expect([status, body.code]).toEqual([404, 'PGRST202'])
})

test('A function called with other arguments than it has is 404 PGRST202', async () => {
  const { status, body } = await ask('/rest/v1/rpc/sign_up', post({ nothing: 1 }, asPerson()))
  expect([status, body.code]).toEqual([404, 'PGRST202'])
})

test('A relation that is not there is 400 PGRST200', async () => {
  const { status, body } = await ask('/rest/v1/tiers?select=tier,donations(amount)')
  expect([status, body.code]).toEqual([400, 'PGRST200'])
})

test('A column that is not there is 400 with the code of Postgres', async () => {
  const { status, body } = await ask('/rest/v1/tiers?select=nothing')
  expect([status, body.code]).toEqual([400, '42703'])
  expect(body.message).toBe('column tiers.nothing does not exist')
})

test('A value of the wrong type is 400 with the code of Postgres', async () => {
  const { status, body } = await ask('/rest/v1/tiers?rank=eq.first')
  expect([status, body.code]).toEqual([400, '22P02'])
})

test('A filter that cannot be read is 400 PGRST100', async () => {
  const { status, body } = await ask('/rest/v1/tiers?rank=nothing.1')
  expect([status, body.code]).toEqual([400, 'PGRST100'])
})

test('A body that is no JSON is 400 PGRST102', async () => {
  const init = { ...post('', asPerson()), body: '{"name":' }
  const { status, body } = await ask('/rest/v1/rpc/sign_up', init)
  expect([status, body.code]).toEqual([400, 'PGRST102'])
})

test('A single row, where there are three, is 406 PGRST116', async () => {
  const { status, error } = await visitor().from('tiers').select().single()
  expect([status, error?.code]).toEqual([406, 'PGRST116'])
  expect(error?.details).toBe('The result contains 3 rows')
})

test('A single row, where there is none, is 406 PGRST116', async () => {
  const { status, error } = await visitor().from('tiers').select().eq('rank', 99).single()
  expect([status, error?.code]).toEqual([406, 'PGRST116'])
  expect(error?.details).toBe('The result contains 0 rows')
})

test.each(['private', 'jobs', 'admin', 'auth', 'vault', 'cron', 'pgmq', 'net'])(
  'The schema %s is not served, to whoever asks',
  async (schema) => {
    for (const apikey of [target.publishable, target.secret]) {
      const headers = { apikey, 'accept-profile': schema }
      const { status, body } = await ask('/rest/v1/jobs', { headers })
      expect([status, body.code]).toEqual([406, 'PGRST106'])
    }
  },
)

describe('What a role may not do', () => {
  test('is 401 for a visitor, and says 42501', async () => {
    const { status, error } = await visitor().from('members').select()
    expect([status, error?.code]).toEqual([401, '42501'])
    expect(error?.message).toBe('permission denied for table members')
  })

  test('is 403 for a signed-in person', async () => {
    const { status, error } = await person.client.from('members').insert({ origin: 'checkout' })
    expect([status, error?.code]).toEqual([403, '42501'])
  })

  test('is 403 for the secret key too: it is given nothing by itself', async () => {
    const { status, error } = await admin.from('members').select()
    expect([status, error?.code]).toEqual([403, '42501'])
  })

  test('holds for functions', async () => {
    const { status, body } = await ask('/rest/v1/rpc/sign_up', post({ name: 'A', visible: true }))
    expect([status, body.code]).toEqual([401, '42501'])
    expect(body.message).toBe('permission denied for function sign_up')
  })

  test('holds for single columns', async () => {
    const { status, body } = await ask('/rest/v1/stripe_prices?select=price_id')
    expect([status, body.code]).toEqual([401, '42501'])
  })
})

test('A GET cannot change anything: a function that writes answers 405', async () => {
  const query = 'name=Somebody&visible=false'
  const answer = await ask(`/rest/v1/rpc/sign_up?${query}`, { headers: asPerson() })
  expect([answer.status, answer.body.code]).toEqual([405, '25006'])
  const { data } = await person.client.from('members').select()
  expect(data).toEqual([])
})
