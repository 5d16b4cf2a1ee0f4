import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, type Kind, kinds, makePeople, type Person, sql, verdict } from './support.ts'

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

describe('who hides', () => {
  const seen = async (kind: Kind) => {
    const table = await ask(`profiles?select=name&name=like.*${cast.mark}`, as(kind))
    const directory = await ask('rpc/directory', {
      method: 'POST',
      body: { search: cast.mark, size: 100 },
      ...as(kind),
    })
    const found = Array.isArray(directory.body)
      ? directory.body.map((row: { name: string }) => row.name).sort()
      : undefined
    return { table: table.body.map((row: { name: string }) => row.name), directory, found }
  }
  const names = (...shown: Kind[]) => shown.map((kind) => people[kind].name).sort()

  test('is seen by no other member, in the table or in the directory, until she shows herself', async () => {
    for (const kind of ['member', 'leader'] as const) {
      const { table, found } = await seen(kind)
      expect(table, 'the table shows her own row alone').toEqual(names(kind))
      expect(found).toEqual(names('leader', 'member'))
    }
    const own = `profiles?member_id=eq.${people.hidden.memberId}`
    expect((await patch('hidden', own, { is_visible: true })).status).toBe(204)
    expect((await seen('member')).found).toEqual(names('hidden', 'leader', 'member'))
    expect((await patch('hidden', own, { is_visible: false })).status).toBe(204)
    expect((await seen('member')).found).toEqual(names('leader', 'member'))
  })

  test('cannot be counted or found by asking sideways', async () => {
    const { name, memberId } = people.hidden
    for (const path of [
      `profiles?select=name&member_id=eq.${memberId}`,
      `profiles?select=name&name=eq.${name}`,
      `members?select=id&id=eq.${memberId}`,
    ]) {
      const answer = await ask(path, { headers: { prefer: 'count=exact' }, ...as('member') })
      expect([answer.body, answer.headers.get('content-range')]).toEqual([[], '*/0'])
    }
    for (const path of [
      'profiles?select=name&access_until=gt.2020-01-01',
      'profiles?select=name&order=access_until',
      'profiles?select=name&search_key=like.*a*',
    ])
      expect(verdict(await ask(path, as('member')))).toEqual({ status: 403, code: '42501' })
  })

  test('who left sees nobody but herself, and the directory is closed to her', async () => {
    const { table, directory } = await seen('ended')
    expect(table).toEqual(names('ended'))
    expect(verdict(directory)).toEqual({ status: 403, code: 'PT403' })
    expect((await seen('member')).found, 'and nobody sees her').not.toContain(people.ended.name)
  })

  test('who never joined sees nobody, and the directory is closed to her', async () => {
    const { table, directory } = await seen('stranger')
    expect(table).toEqual([])
    expect(verdict(directory)).toEqual({ status: 403, code: 'PT403' })
  })
})

describe('what nobody else is told', () => {
  test.each(kinds.map((kind) => ({ kind })))(
    'a $kind gets no address, phone, sign-in or Stripe id of another person in any answer',
    async ({ kind }) => {
      const tables = await sql<{ name: string; columns: string }[]>`
      select c.relname as name, string_agg(a.attname, ',') as columns from pg_class c join pg_attribute a on a.attrelid = c.oid
       where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v') and a.attnum > 0 and not a.attisdropped
         and has_column_privilege('authenticated', c.oid, a.attnum, 'select') group by 1`
      const answers = [
        ...(await Promise.all(
          tables.map(({ name, columns }) => ask(`${name}?select=${columns}`, as(kind))),
        )),
        ...(await Promise.all(
          [people.hidden.email, people.leader.phone, cast.mark, ''].map((search) =>
            ask('rpc/directory', { method: 'POST', body: { search, size: 100 }, ...as(kind) }),
          ),
        )),
        await ask(
          'profiles?select=name,members(id,user_id,member_emails(email),member_contacts(phone))',
          as(kind),
        ),
        ...(await Promise.all(
          cast.members.map(({ memberId }) =>
            ask('rpc/member_page', {
              method: 'POST',
              body: { member_id: memberId },
              ...as(kind),
            }),
          ),
        )),
        ...(await Promise.all(
          ['home', 'my_profile', 'directory_places'].map((name) =>
            ask(`rpc/${name}`, { method: 'POST', body: {}, ...as(kind) }),
          ),
        )),
      ]
      expect(answers.length).toBeGreaterThan(10)
      const said = answers.map((answer) => answer.text).join('\n')
      for (const other of cast.members.filter((person) => person.kind !== kind))
        for (const secret of [
          other.email,
          other.phone,
          other.userId,
          other.customerId,
          other.customerId.replace('cus_', 'sub_'),
        ])
          expect(said).not.toContain(secret)
      if (people[kind].memberId)
        expect(said, 'her own address is hers to see').toContain(people[kind].email)
    },
  )
})
