import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Agents, everyScope, openAgents } from './support.ts'

let agents: Agents
beforeAll(async () => {
  agents = await openAgents()
})
afterAll(() => agents.close())

const nobody = '00000000-0000-4000-8000-000000000000'

describe('The pace', () => {
  test('counts reads, by key and risk, whichever of its tokens asks', async () => {
    await agents.still(async () => {
      const key = await agents.makeKey(everyScope, { rateClass: 'careful' })
      const bearers = [key.secret, await agents.token(key.secret), await agents.token(key.secret)]
      for (let n = 0; n < 30; n++) {
        expect((await agents.call('keys.me', {}, { bearer: bearers[n % 3]! })).status).toBe(200)
      }
      for (const bearer of bearers) {
        expect((await agents.call('keys.me', {}, { bearer })).status).toBe(429)
      }
      // Another risk has a bucket of its own, and another key too.
      expect(
        (await agents.call('change_sets.open', { task: 'A' }, { bearer: key.secret })).status,
      ).toBe(201)
      const other = await agents.makeKey(everyScope, { rateClass: 'careful' })
      expect((await agents.call('keys.me', {}, { bearer: other.secret })).status).toBe(200)
      const refusals =
        await agents.sql`select status from private.agent_refusals where key_id = ${key.id}`
      expect(refusals, 'one row a minute, however often it asks').toHaveLength(1)
    })
  })

  test('lets it go on when Retry-After has passed, and not a second earlier', async () => {
    const key = await agents.makeKey(everyScope, { rateClass: 'careful' })
    await agents.still(async (to) => {
      await agents.drain(key.id, 'destructive')
      const ask = () =>
        agents.call('members.delete', { member: nobody, reason: 'A test' }, { bearer: key.secret })
      expect((await ask()).headers.get('retry-after')).toBe('20')
      await to(19)
      expect((await ask()).headers.get('retry-after')).toBe('1')
      await to(20)
      expect((await ask()).status).not.toBe(429)
    })
  })

  test('counts the rows of a batch, also of one that does not fit otherwise', async () => {
    await agents.still(async () => {
      const key = await agents.makeKey(everyScope, { rateClass: 'standard' })
      const ask = (args: object) =>
        agents.call('content.update_many', args as never, { bearer: key.secret })
      expect((await ask({ most: 40, nonsense: 1 })).status).toBe(422)
      const answer = await ask({ most: 21, topic: 'funding', add_topic: 'ai' })
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '1'])
      const never = await ask({ most: 61, topic: 'funding', add_topic: 'ai' })
      expect([never.status, never.body.error.field]).toEqual([422, 'most'])
    })
  })

  test('is what admins made it in the table', async () => {
    const key = await agents.makeKey(everyScope, { rateClass: 'standard' })
    await agents.still(async () => {
      await agents.sql`update private.agent_rates set capacity = 2 where rate_class = 'standard' and risk = 'read'`
      const statuses = []
      for (let n = 0; n < 3; n++)
        statuses.push((await agents.call('keys.me', {}, { bearer: key.secret })).status)
      expect(statuses).toEqual([200, 200, 429])
      await agents.sql`update private.agent_rates set capacity = 120 where rate_class = 'standard' and risk = 'read'`
    })
  })
})

test('A key gets 30 tokens a minute, and Retry-After says when there is another', async () => {
  const { secret } = await agents.makeKey()
  await agents.still(async (to) => {
    for (let n = 0; n < 30; n++) await agents.token(secret)
    const answer = await agents.request('POST', '/token', { bearer: secret })
    expect([answer.status, answer.body.error.message]).toEqual([
      429,
      'This key has 30 tokens a minute at most',
    ])
    expect(answer.headers.get('retry-after')).toBe('2')
    await to(2)
    expect((await agents.request('POST', '/token', { bearer: secret })).status).toBe(200)
  })
})

test('Whoever guesses is slowed down, and a living key from the same address is not', async () => {
  const headers = { 'cf-connecting-ip': '198.51.100.9' }
  await agents.still(async () => {
    const guess = () =>
      agents.request('GET', '/me', {
        bearer: `cak_live_${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url')}`,
        headers,
      })
    for (let n = 0; n < 20; n++) expect((await guess()).status).toBe(401)
    const answer = await guess()
    expect([answer.status, answer.body.error.message]).toEqual([
      429,
      'Too many unknown keys came from here',
    ])
    expect(answer.headers.get('retry-after')).toBe('3')
  })
  const { secret } = await agents.makeKey()
  expect((await agents.call('keys.me', {}, { bearer: secret, headers })).status).toBe(200)
})
