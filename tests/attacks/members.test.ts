import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, type Kind, makePeople, type Person, sql, verdict } from './support.ts'

let cast: Awaited<ReturnType<typeof makePeople>>
let people: Record<Kind, Person>
beforeAll(async () => {
  cast = await makePeople()
  people = cast.people
})
afterAll(() => cast.leave())

const as = (kind: Kind) => ({ token: people[kind].token })
const patch = (kind: Kind, path: string, body: unknown, prefer = 'return=minimal') =>
  ask(path, { method: 'PATCH', body, headers: { prefer }, ...as(kind) })

const held = async (table: string, person: Person) =>
  (
    await sql.unsafe(
      `select * from public.${table} where ${table === 'members' ? 'id' : 'member_id'} = $1`,
      [person.memberId ?? ''],
    )
  )[0]

describe('a member cannot give herself', () => {
  test.each([
    ['another role', 'members', { role: 'admin' }],
    ['another sign-in', 'members', { user_id: '00000000-0000-4000-8000-000000000001' }],
    ['another id', 'members', { id: '00000000-0000-4000-8000-000000000001' }],
    ['longer access in the directory', 'profiles', { access_until: 'infinity' }],
    ['longer access', 'memberships', { access_until: 'infinity' }],
    ['another tier', 'memberships', { tier: 'donor_annual' }],
    ['another status', 'memberships', { status: 'active' }],
    [
      'a proved address',
      'member_emails',
      { email: 'admin@example.org', verified_at: '2026-01-01' },
    ],
    ['a larger donation', 'donations', { amount: 1_000_000 }],
    ['a consent in hindsight', 'consents', { granted: true, at: '2020-01-01' }],
  ])('%s', async (_what, table, change) => {
    for (const kind of ['member', 'leader', 'ended'] as const) {
      const before = await held(table, people[kind])
      expect(before, 'she has a row to change').toBeDefined()
      expect(
        verdict(
          await patch(
            kind,
            `${table}?${table === 'members' ? 'id' : 'member_id'}=eq.${people[kind].memberId}`,
            change,
          ),
        ),
      ).toEqual({ status: 403, code: '42501' })
      // What she may change does not carry the rest along.
      if (table === 'profiles') {
        const mixed = await patch(kind, `profiles?member_id=eq.${people[kind].memberId}`, {
          headline: 'carried',
          ...change,
        })
        expect(verdict(mixed)).toEqual({ status: 403, code: '42501' })
      }
      expect(await held(table, people[kind])).toEqual(before)
    }
  })

  test.each([
    ['members', { origin: 'admin', role: 'admin' }],
    ['profiles', { member_id: '00000000-0000-4000-8000-000000000001', name: 'Mallory' }],
    ['memberships', { tier: 'annual', status: 'active', access_until: 'infinity' }],
    ['member_emails', { email: 'mallory@example.org', verified_at: '2026-01-01', source: 'auth' }],
    ['consents', { channel: 'email', granted: true, source: 'me' }],
    [
      'stripe_prices',
      {
        price_id: 'price_free',
        purpose: 'dues',
        tier: 'annual',
        currency: 'usd',
        unit_amount: 1,
        recurring_interval: 'year',
      },
    ],
  ])('a row in %s', async (table, row) => {
    const body = {
      ...row,
      ...(table === 'stripe_prices' ? {} : { member_id: people.stranger.userId }),
    }
    if (table === 'members') delete (body as Record<string, unknown>).member_id
    for (const kind of ['stranger', 'ended', 'member', 'leader'] as const)
      expect(verdict(await ask(table, { method: 'POST', body, ...as(kind) }))).toEqual({
        status: 403,
        code: '42501',
      })
  })
})

describe('a member and her own profile', () => {
  test("she changes her texts, and nobody else's, also when she names nobody", async () => {
    const before = await Promise.all([
      held('profiles', people.leader),
      held('profiles', people.hidden),
    ])
    const { body, status } = await patch(
      'member',
      'profiles?name=not.is.null',
      { headline: 'New headline', bio: '<b>bold</b>' },
      'return=representation,handling=lenient',
    )
    // Not every column may be read back, so representation needs a select.
    expect([200, 403]).toContain(status)
    if (status === 403) expect(body.code).toBe('42501')
    const chosen = await ask('profiles?name=not.is.null&select=member_id,headline', {
      method: 'PATCH',
      body: { headline: 'New headline' },
      headers: { prefer: 'return=representation' },
      ...as('member'),
    })
    expect(chosen.body).toEqual([{ member_id: people.member.memberId, headline: 'New headline' }])
    expect((await held('profiles', people.member))?.headline).toBe('New headline')
    expect(
      await Promise.all([held('profiles', people.leader), held('profiles', people.hidden)]),
    ).toEqual(before)
  })

  test('she cannot change the profile or the phone of somebody she names', async () => {
    for (const other of ['leader', 'hidden', 'ended'] as const)
      for (const [table, change] of [
        ['profiles', { headline: 'defaced' }],
        ['member_contacts', { phone: '+14155550199' }],
      ] as const) {
        const before = await held(table, people[other])
        const answer = await ask(
          `${table}?member_id=eq.${people[other].memberId}&select=member_id`,
          {
            method: 'PATCH',
            body: change,
            headers: { prefer: 'return=representation' },
            ...as('member'),
          },
        )
        expect([answer.status, answer.body]).toEqual([200, []])
        expect(before, 'there was something to change').toBeDefined()
        expect(await held(table, people[other])).toEqual(before)
      }
  })

  test.each([[{ hidden_fields: Array(9).fill('bio') }], [{ leader_fields: Array(9).fill('bio') }]])(
    'she cannot store %j',
    async (change) => {
      const before = await held('profiles', people.member)
      expect(
        verdict(await patch('member', `profiles?member_id=eq.${people.member.memberId}`, change)),
      ).toEqual({ status: 400, code: '23514' })
      expect(await held('profiles', people.member)).toEqual(before)
    },
  )

  test.each([
    ['links', { links: ['javascript:alert(1)'] }],
    ['links', { links: ['data:text/html,x'] }],
    ['links', { links: ['http://plain.example.org/'] }],
    ['links', { links: ['https://user@evil.example.org/'] }],
    ['links', { links: Array.from({ length: 6 }, (_, n) => `https://example.org/${n}`) }],
    ['interests', { interests: ['building', 'no-such-topic'] }],
    ['interests', { interests: ['building', 'building'] }],
    ['name', { name: '   ' }],
    ['name', { name: 'x'.repeat(121) }],
    ['bio', { bio: 'x'.repeat(4001) }],
    ['offers', { offers: 'x'.repeat(1001) }],
    ['linkedin_url', { linkedin_url: 'javascript:alert(1)' }],
    ['linkedin_url', { linkedin_url: 'https://evil.example/linkedin.com/' }],
    ['hidden_fields', { hidden_fields: ['bio'], leader_fields: ['bio'] }],
  ])('she is told what is wrong at %s with %j, and nothing changes', async (field, change) => {
    const before = await held('profiles', people.member)
    const answer = await patch('member', `profiles?member_id=eq.${people.member.memberId}`, change)
    expect([answer.status, answer.body.code, answer.body.details]).toEqual([422, 'PT422', field])
    expect(answer.body.hint).toMatch(/\w+/)
    expect(await held('profiles', people.member)).toEqual(before)
  })

  test('she cannot write the path of a picture, her own or another one', async () => {
    for (const picture of [null, `${people.leader.memberId}/${crypto.randomUUID()}.webp`]) {
      const answer = await patch('member', `profiles?member_id=eq.${people.member.memberId}`, {
        picture,
      })
      expect(verdict(answer)).toEqual({ status: 403, code: '42501' })
    }
  })
})
