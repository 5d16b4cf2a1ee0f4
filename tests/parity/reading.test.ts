// Speaks HTTP and supabase-js only and knows no machine. The tiers come with the migrations.
import { expect, test } from 'vitest'
import { ask, visitor } from './support.ts'

const tiers = ['monthly', 'annual', 'donor_annual']
const client = visitor()
const names = async (query: string) => {
  const { status, body } = await ask(`/rest/v1/tiers?select=tier&order=rank&${query}`)
  expect(status).toBe(200)
  return body.map((row: { tier: string }) => row.tier)
}

test('Everybody reads the tiers, in the order asked for', async () => {
  expect(await names('')).toEqual(tiers)
  const down = await client.from('tiers').select('tier').order('rank', { ascending: false })
  expect(down.data?.map((row) => row.tier)).toEqual(tiers.toReversed())
})

test.each([
  ['tier=eq.annual', ['annual']],
  ['tier=neq.annual', ['monthly', 'donor_annual']],
  ['rank=gt.1', ['annual', 'donor_annual']],
  ['rank=gte.2&rank=lt.3', ['annual']],
  ['rank=in.(1,3)', ['monthly', 'donor_annual']],
  ['rank=not.in.(1,3)', ['annual']],
  ['name=like.*ly', ['monthly']],
  ['name=ilike.DON*', ['donor_annual']],
  ['name=match.^A', ['annual']],
  ['or=(rank.eq.1,tier.eq.annual)', ['monthly', 'annual']],
  ['and=(rank.gt.1,not.and(rank.gt.2))', ['annual']],
  ['name=is.null', []],
  ['limit=1', ['monthly']],
  ['limit=1&offset=1', ['annual']],
  ['limit=0', []],
])('The filter %s finds %j', async (query, found) => {
  expect(await names(query)).toEqual(found)
})

test('Columns can be named anew and cast', async () => {
  const { body } = await ask('/rest/v1/tiers?select=place:rank::text&order=rank&limit=1')
  expect(body).toEqual([{ place: '1' }])
})

test('Part of the rows is 206 with its range when the count is asked for', async () => {
  const headers = { range: '0-1', prefer: 'count=exact' }
  const part = await ask('/rest/v1/tiers?select=tier&order=rank', { headers })
  expect(part.status).toBe(206)
  expect(part.headers.get('content-range')).toBe('0-1/3')
  expect(part.body).toHaveLength(2)
})

test('All rows are 200, and without a count the total is left open', async () => {
  const whole = await ask('/rest/v1/tiers?select=tier')
  expect(whole.status).toBe(200)
  expect(whole.headers.get('content-range')).toBe('0-2/*')
})

test('A range beyond the last row is 416', async () => {
  const headers = { prefer: 'count=exact' }
  const beyond = await ask('/rest/v1/tiers?offset=99', { headers })
  expect([beyond.status, beyond.body.code]).toEqual([416, 'PGRST103'])
  expect(beyond.headers.get('content-range')).toBe('*/3')
})

test('HEAD counts without sending rows', async () => {
  const { count, data, error } = await client
    .from('tiers')
    .select('*', { count: 'exact', head: true })
  expect({ count, data, error }).toEqual({ count: 3, data: null, error: null })
})

test('Rows of a related table come embedded, under its own policies', async () => {
  const { data, error } = await client
    .from('tiers')
    .select('tier, stripe_prices(unit_amount, is_offered)')
    .order('rank')
  expect(error).toBeNull()
  expect(data?.map((row) => row.tier)).toEqual(tiers)
  for (const { stripe_prices: prices } of data ?? []) {
    expect(prices).toBeInstanceOf(Array)
    expect(prices.every((price) => price.is_offered)).toBe(true)
  }
})

test('A row embeds the one that it points to, as an object', async () => {
  const query = 'purpose=eq.dues&select=tier,tiers(name)'
  const { status, body } = await ask(`/rest/v1/stripe_prices?${query}`)
  expect(status).toBe(200)
  const wrong = body.filter((price: { tiers: { name?: string } }) => !price.tiers?.name)
  expect(wrong).toEqual([])
})

test('One row is an object when one is asked for', async () => {
  const headers = { accept: 'application/vnd.pgrst.object+json' }
  const one = await ask('/rest/v1/tiers?tier=eq.annual&select=rank', { headers })
  expect(one.status).toBe(200)
  expect(one.body).toEqual({ rank: 2 })
  expect(one.headers.get('content-type')).toMatch(/^application\/vnd\.pgrst\.object\+json/)
})

test('maybeSingle answers null for no row', async () => {
  const { data, error } = await client.from('tiers').select().eq('rank', 99).maybeSingle()
  expect({ data, error }).toEqual({ data: null, error: null })
})

test('Rows can be had as CSV', async () => {
  const headers = { accept: 'text/csv' }
  const { text } = await ask('/rest/v1/tiers?select=rank,tier&order=rank', { headers })
  expect(text.trim().split('\n')).toEqual(['rank,tier', '1,monthly', '2,annual', '3,donor_annual'])
})
