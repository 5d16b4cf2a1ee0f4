import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hostile, type TextColumn, textColumns, textFunctions } from './hostile.ts'
import { type Answer, api, ask, keys, makePeople, type Person, sql } from './support.ts'

let cast: Awaited<ReturnType<typeof makePeople>>
let leader: Person
const resource = crypto.randomUUID()
const event = crypto.randomUUID()
beforeAll(async () => {
  cast = await makePeople()
  leader = cast.people.leader
  await sql`insert into public.resources (id, kind, title) values (${resource}, 'link', 'Draft')`
  await sql`insert into public.events (id, title, starts_at, ends_at, state, created_by)
    values (${event}, 'Draft', now() + interval '1 day', now() + interval '2 days', 'draft', ${leader.memberId!})`
})
afterAll(async () => {
  await sql`delete from public.events where id = ${event}`
  await sql`delete from public.resources where id = ${resource}`
  await cast.leave()
})

/** The row of each table that the leader may write. A table that is not here is a finding. */
const rowOf = (table: string): string | undefined =>
  ({
    'public.profiles': leader.memberId,
    'public.member_contacts': leader.memberId,
    'public.resources': resource,
    'public.events': event,
  })[table]

const columns = await textColumns(sql)
const functions = await textFunctions(sql)
const traces = /\bat \w+ \(|\.ts:\d+|node_modules|PL\/pgSQL|select private\./

/** Writes a text as the leader, as her own page would. */
const write = ({ table, column, key, isArray }: TextColumn, text: string) =>
  ask(`${table.replace('public.', '')}?${key}=eq.${rowOf(table)}`, {
    method: 'PATCH',
    body: { [column]: isArray ? [text] : text },
    // Not all that she may write may be read from the table again.
    headers: { prefer: 'return=minimal' },
    token: leader.token,
  })

/** What stands in the row now. */
async function kept({ table, column, key }: TextColumn): Promise<(string | null)[]> {
  const [row] = await sql.unsafe(`select ${column} as value from ${table} where ${key} = $1`, [
    rowOf(table) ?? '',
  ])
  return [row?.value].flat()
}
/** Fields that stand in subjects, calendars and headings: a sign that ends a line becomes one space in them. */
const oneLine = new Set(['public.events.title', 'public.events.place'])
/** How many columns took each text. */
const takers: Record<string, number> = {}

/** A refusal says what is wrong, in words that give nothing away. */
function expectKindRefusal({ status, body, text }: Answer) {
  expect([400, 409, 422], text).toContain(status)
  expect(body.code, text).toMatch(/^(PT4\d\d|22P05|22021|23514)$/)
  expect(text).not.toMatch(traces)
}

describe('every text that a member or a leader may write', () => {
  test('is known to this test, with a row to write it in', () => {
    expect(columns.length).toBeGreaterThan(12)
    expect(columns.filter(({ table }) => !rowOf(table))).toEqual([])
    expect(columns.map(({ table, column }) => `${table}.${column}`)).toEqual(
      expect.arrayContaining([
        'public.profiles.bio',
        'public.profiles.links',
        'public.resources.summary',
      ]),
    )
  })

  describe.each(columns.map((one) => ({ ...one, name: `${one.table}.${one.column}` })))(
    '$name',
    (one) => {
      test.each(Object.entries(hostile))(
        'keeps %s as the text that it is, or refuses it',
        async (name, text) => {
          const answer = await write(one, text)
          if (answer.status !== 204) return expectKindRefusal(answer)
          takers[name] = (takers[name] ?? 0) + 1
          const values = (await kept(one)).map((value) => value ?? '')
          const whole = oneLine.has(`${one.table}.${one.column}`)
            ? text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
            : text
          expect(
            values.every((value) => value.trim() === whole.trim() || value === ''),
            JSON.stringify(values),
          ).toBe(true)
        },
      )

      test('holds no sign that a text cannot hold', async () => {
        const answer = await write(one, 'nul\u0000byte')
        expectKindRefusal(answer)
      })
    },
  )

  test('that is an address is one that a browser may open', async () => {
    const addresses = columns.filter(({ column }) => /(^|_)(url|links?)$/.test(column))
    expect(addresses.length).toBeGreaterThan(3)
    const schemes = [
      'javascript:alert(1)',
      'JAVASCRIPT:alert(1)',
      ' javascript:alert(1)',
      'data:text/html,x',
      'vbscript:x',
      'file:///etc/passwd',
      'http://example.org/',
      '//example.org',
      '/account/',
      'blob:x',
      'https://example.org/"><script>',
      'java\nscript:alert(1)',
      '\u0001javascript:alert(1)',
    ]
    for (const one of addresses) {
      for (const address of schemes) {
        const answer = await write(one, address)
        if (answer.status !== 204) expectKindRefusal(answer)
        else expect((await kept(one)).filter(Boolean), `${one.column} ${address}`).toEqual([])
      }
    }
  })

  test('is taken somewhere, so that the pages have something to show', () => {
    expect(Object.keys(hostile).filter((name) => !takers[name])).toEqual([])
  })
})

describe('every function that takes a text', () => {
  test('is tried here', () => {
    expect(functions.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['directory', 'sign_up']),
    )
  })

  test.each(functions)('$name answers or refuses it, and never breaks', async ({ name, texts }) => {
    for (const text of [...Object.values(hostile), 'nul\u0000byte']) {
      const body = Object.fromEntries(texts.map((argument) => [argument, text]))
      if (name === 'sign_up') Object.assign(body, { visible: true })
      const { status, text: said } = await ask(`rpc/${name}`, {
        method: 'POST',
        body,
        token: cast.people.member.token,
      })
      expect(status, `${JSON.stringify(body)} → ${said}`).toBeLessThan(500)
      expect(said).not.toMatch(traces)
    }
  })
})

describe('what a donor writes', () => {
  test.each(Object.entries(hostile))(
    'reaches Stripe as the text that it is, or is refused: %s',
    async (_, text) => {
      await sql`delete from private.rate_limits`
      const response = await fetch(`${api}/functions/v1/memberships/checkout`, {
        method: 'POST',
        headers: { apikey: keys.publishable, 'content-type': 'application/json' },
        body: JSON.stringify({
          donation: { amount: 2500, note: text.slice(0, 400), in_honour_of: text.slice(0, 200) },
          email: text,
        }),
      })
      const body = await response.json()
      expect([200, 422], JSON.stringify(body)).toContain(response.status)
      if (response.status === 200) expect(body.url).toMatch(/^https?:\/\//)
      else expect(body.error.message).not.toMatch(traces)
    },
  )
})
