import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, makePeople, sql } from './support.ts'

let cast: Awaited<ReturnType<typeof makePeople>>
beforeAll(async () => {
  cast = await makePeople()
})
afterAll(() => cast.leave())

const directory = (body: unknown) =>
  ask('rpc/directory', { method: 'POST', body, token: cast.people.member.token })

/** Answers at all, with what it should: the door is still in its hinges. */
async function stillWell() {
  const answer = await directory({ search: cast.people.leader.name })
  expect([answer.status, answer.body.length]).toEqual([200, 1])
}

const injections = [
  "' or '1'='1",
  "'; drop table public.members; --",
  "') union select email, phone from public.member_contacts --",
  '%',
  '_',
  '\\',
  '%%%',
  '*',
  "\\'; select pg_sleep(9); --",
  '$1',
  '$$; $$',
  '#{7*7}',
  '{{7*7}}',
  '<script>alert(1)</script>',
  "'||(select email from public.member_emails limit 1)||'",
  'admin"; --',
  '\u202e\u200b',
  '🙂'.repeat(20),
  'İ̇ß',
  ' '.repeat(80),
]

describe('the directory', () => {
  test.each(injections)('takes %j for words, and finds only who is called so', async (search) => {
    const answer = await directory({ search })
    expect(answer.status).toBe(200)
    // All blanks is no search; nobody of the cast is called like the others.
    if (search.trim() !== '') expect(answer.text).not.toContain(cast.mark)
    expect(answer.text).not.toContain('@attack.example')
  })

  test.each(injections.filter((place) => place.trim() !== ''))(
    'takes the place %j for a place',
    async (place) => {
      const answer = await directory({ place })
      expect([answer.status, answer.text.includes(cast.mark)]).toEqual([200, false])
    },
  )

  test('still has all its people', async () => {
    const [count] =
      await sql`select count(*)::int as members from public.members where id = any (${cast.members.map((one) => one.memberId ?? '')})`
    expect(count?.members).toBe(cast.members.length)
    await stillWell()
  })

  test.each([
    [{ search: 'x'.repeat(81) }, 422, 'PT422'],
    [{ after_name: 'a', after_id: 'not-an-id' }, 400, '22P02'],
    [{ size: 'many' }, 400, '22P02'],
    [{ size: 1e12 }, 400, '22003'],
  ])('answers %j with a reason', async (body, status, code) => {
    const answer = await directory(body)
    expect([answer.status, answer.body.code]).toEqual([status, code])
  })

  test('refuses a letter that no text can hold', async () => {
    const answer = await directory({ search: 'nul\u0000byte' })
    expect(answer.status).toBe(400)
    // Said by the JSON parser of Postgres, or by the text it would have become.
    expect(['22P05', '22021']).toContain(answer.body.code)
  })

  test('never gives more than a page', async () => {
    for (const size of [0, -1, 101, 100_000])
      expect((await directory({ size })).body.length).toBeLessThanOrEqual(100)
    expect((await directory({ size: -5 })).body.length).toBe(1)
  })
})

describe("a table's address", () => {
  test.each([
    'profiles?select=name;drop table public.members',
    'profiles?select=name,(select email from member_emails)',
    'profiles?select=name::text) from public.members; --',
    'profiles?select=name&order=name;select 1',
    'profiles?select=name&limit=1;select 1',
    'profiles?select=name&member_id=eq.1 or true',
    'profiles?select=name&or=(name.eq.x),true',
    'profiles?select=name&name=raw.1=1',
    'profiles?select=*&name=in.("a","b"))or(1=1',
  ])('%s is no way in', async (path) => {
    const answer = await ask(path.replace(/ /g, '%20'), { token: cast.people.stranger.token })
    // Refused, or read as PostgREST reads it (a limit that is no number is none): then it shows a stranger nothing.
    expect(answer.status).toBeLessThan(500)
    if (answer.status < 400) expect(answer.body).toEqual([])
    expect(answer.text).not.toContain('@attack.example')
    await stillWell()
  })

  test.each(injections.filter((text) => text !== '*' && text.trim() !== ''))(
    'takes %j as a value to compare with',
    async (text) => {
      const answer = await ask(`profiles?select=name&name=eq.${encodeURIComponent(text)}`, {
        token: cast.people.member.token,
      })
      expect([answer.status, answer.body]).toEqual([200, []])
    },
  )
})

describe('a body', () => {
  const profile = () => `profiles?member_id=eq.${cast.people.member.memberId}`
  const change = (body: unknown) =>
    ask(profile(), { method: 'PATCH', body, token: cast.people.member.token })

  test('of ten megabytes is refused, and the door stays open', async () => {
    const answer = await change({ bio: 'x'.repeat(10 * 1024 * 1024) })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    await stillWell()
  })

  test('of a hundred thousand brackets changes nothing, and the door stays open', async () => {
    const depth = 100_000
    const answer = await change(`{"bio": ${'['.repeat(depth)}${']'.repeat(depth)}}`)
    // PostgREST says 500 for what is too deep for Postgres.
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.text).not.toContain('@attack.example')
    await stillWell()
  })

  test.each([
    '',
    '{',
    'null',
    '"text"',
    '17',
    '{"headline": "a"',
    '{"headline": "a"} {"headline": "b"}',
    '[',
    '\u0000',
  ])('that is %j changes nothing', async (body) => {
    const [before] =
      await sql`select headline from public.profiles where member_id = ${cast.people.member.memberId ?? ''}`
    const answer = await change(body)
    expect(answer.status).toBeLessThan(500)
    const [after] =
      await sql`select headline from public.profiles where member_id = ${cast.people.member.memberId ?? ''}`
    expect(after).toEqual(before)
  })

  test('cannot bring columns that do not exist, or a prototype', async () => {
    for (const body of [
      { is_admin: true },
      JSON.parse('{"__proto__": {"role": "admin"}}'),
      { constructor: 'x' },
      { 'name"': 'x' },
    ]) {
      const answer = await change(body)
      expect(answer.status).toBeLessThan(500)
    }
    const [role] =
      await sql`select role from public.members where id = ${cast.people.member.memberId ?? ''}`
    expect(role?.role).toBe('member')
  })

  test('of blank or strange letters is stored as it is or refused, never something else', async () => {
    for (const headline of ['مرحبا', '👩🏽‍💻', 'e\u0301', '\ud800', 'O\'Brien -- "quoted" \\ $1']) {
      const answer = await change({ headline })
      const [row] =
        await sql`select headline from public.profiles where member_id = ${cast.people.member.memberId ?? ''}`
      if (answer.status < 300)
        expect(row?.headline).toBe(headline.isWellFormed() ? headline : headline.toWellFormed())
      else expect(answer.status).toBeLessThan(500)
    }
  })
})

test('An address of 20,000 letters is refused, and the door stays open', async () => {
  const answer = await ask(`profiles?select=name&name=eq.${'x'.repeat(20_000)}`, {
    token: cast.people.member.token,
  })
  expect(answer.status).toBeLessThan(500)
  await stillWell()
})
