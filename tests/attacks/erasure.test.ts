import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask, type Kind, kinds, makePeople, type Person, refusal, sql, verdict } from './support.ts'

let cast: Awaited<ReturnType<typeof makePeople>>
let people: Record<Kind, Person>
beforeAll(async () => {
  cast = await makePeople()
  people = cast.people
})
afterAll(() => cast.leave())

const rpc = (name: string, body: object, token?: string) =>
  ask(`rpc/${name}`, { method: 'POST', body, token })
const isThere = async (person: Person) => {
  const [row] =
    await sql`select exists (select from public.members where id = ${person.memberId ?? null}) as there`
  return row!.there
}
const addressOf = async (person: Person) => {
  const [row] =
    await sql`select email from public.member_emails where member_id = ${person.memberId ?? null} and is_primary`
  return row!.email as string
}

test.each(kinds.map((kind) => ({ kind })))(
  'a $kind deletes nobody else, whatever she sends',
  async ({ kind }) => {
    const victim = people[kind === 'leader' ? 'member' : 'leader']
    const confirm = await addressOf(victim)
    const { token } = people[kind]
    for (const body of [
      { confirm },
      { confirm, caller: victim.userId },
      { caller: victim.userId, confirm, at: '2026-01-01' },
      { confirm: [confirm] },
      { confirm: `${confirm},${confirm}` },
      { confirm: null },
    ]) {
      const answer = await rpc('delete_my_account', body, token)
      expect(answer.status, JSON.stringify(body)).toBeGreaterThanOrEqual(400)
    }
    for (const [schema, name] of [
      ['private', 'delete_my_account'],
      ['private', 'erase_person'],
      ['admin', 'delete_member'],
    ] as const) {
      const answer = await ask(`rpc/${name}`, {
        method: 'POST',
        token,
        body: { email: confirm, reason: 'because' },
        headers: { 'content-profile': schema },
      })
      expect(answer.status, `${schema}.${name}`).toBeGreaterThanOrEqual(400)
    }
    for (const table of ['members', 'profiles', 'consents', 'member_emails']) {
      const column = table === 'members' ? 'id' : 'member_id'
      const gone = await ask(`${table}?${column}=eq.${victim.memberId}`, {
        method: 'DELETE',
        token,
      })
      expect(verdict(gone), table).toEqual(refusal(kind))
    }
    expect(await isThere(victim)).toBe(true)
  },
)

test('a link cannot delete an account: GET is refused', async () => {
  const her = people.member
  const email = encodeURIComponent(await addressOf(her))
  const answer = await ask(`rpc/delete_my_account?confirm=${email}`, { token: her.token })
  expect(verdict(answer)).toEqual({ status: 405, code: '25006' })
  expect(await isThere(her)).toBe(true)
})

test('what is held about her comes to nobody else, and an agent gets nothing at all', async () => {
  const held = await rpc('my_data', {}, people.member.token)
  expect(held.status).toBe(200)
  expect(JSON.stringify(held.body)).toContain(await addressOf(people.member))
  expect(JSON.stringify(held.body)).not.toContain(await addressOf(people.leader))
  const asked = await rpc('my_data', { caller: people.leader.userId }, people.member.token)
  expect(asked.status).toBe(404)
  for (const table of ['tombstones', 'tombstone_keys', 'erasures', 'erasure_secret']) {
    const answer = await ask(table, { token: people.member.token })
    expect(answer.status, table).toBe(404)
  }
})
