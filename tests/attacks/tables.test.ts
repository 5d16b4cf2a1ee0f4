import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parts, type Role, readManifest, type Verb } from '../../scripts/grants.ts'
import { ask, type Kind, kinds, makePeople, refusal, roleOf, sql, verdict } from './support.ts'

// Every table and view that the Data API could serve, asked of the catalogue: a new one is attacked at once.
const relations: { name: string; columns: string[]; written: string[] }[] = await sql`
  select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns,
         array_agg(a.attname::text order by a.attnum) filter (where a.attidentity = '' and a.attgenerated = '') as written
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
   where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
   group by c.relname order by c.relname`
const manifest = readManifest()

/** The columns that a kind of person may use a table with, as the manifest says. */
function allowed(kind: Kind, table: { name: string; columns: string[] }, verb: Verb): string[] {
  const columns = parts(manifest.relations[`public.${table.name}`]?.[roleOf(kind) as Role]?.[verb])
  return columns.includes('*') ? table.columns : columns
}

/** Which rows of a table are hers, among those of the people below. */
const ownRows: Record<string, string> = {
  members: 'id',
  profiles: 'member_id',
  member_contacts: 'member_id',
  member_emails: 'member_id',
  consents: 'member_id',
  memberships: 'member_id',
  donations: 'member_id',
  membership_notices: 'member_id',
  resource_marks: 'member_id',
  leader_regions: 'member_id',
  event_preferences: 'member_id',
  event_hidings: 'member_id',
  subscriptions: 'customer_id',
  invoices: 'customer_id',
}
/** Tables without rows of members. */
const forEverybody = [
  'tiers',
  'topics',
  'stripe_prices',
  'events',
  'event_regions',
  'event_categories',
  'event_hosts',
  'event_series',
  'resources',
]

/** An agent with every scope reads of these what a member does, and nothing else. */
const seesAsMember = (kind: Kind) => ['member', 'hidden', 'leader', 'agent'].includes(kind)

let cast: Awaited<ReturnType<typeof makePeople>>
beforeAll(async () => {
  cast = await makePeople()
})
afterAll(() => cast.leave())

test('There are tables to attack', () => {
  expect(relations.map((one) => one.name)).toContain('members')
})

describe.each(relations)('$name', (table) => {
  test('stands in these tests, when anybody may read it', () => {
    const isRead = kinds.some((kind) => allowed(kind, table, 'select').length > 0)
    expect(isRead).toBe(table.name in ownRows || forEverybody.includes(table.name))
  })

  describe.each(kinds.map((kind) => ({ kind })))('and a $kind', ({ kind }) => {
    test('who may not read a column is refused it', async () => {
      const open = allowed(kind, table, 'select')
      const { token } = cast.people[kind]
      const closed = table.columns.filter((one) => !open.includes(one))
      const answers = await Promise.all(
        closed.map((column) => ask(`${table.name}?select=${column}&limit=1`, { token })),
      )
      for (const [index, answer] of answers.entries())
        expect(verdict(answer), closed[index]).toEqual(refusal(kind))
      if (open.length < table.columns.length) {
        const whole = await ask(table.name, { token })
        expect(verdict(whole)).toEqual(refusal(kind))
      }
    })

    test('who may read it sees the rows that are theirs', async () => {
      const open = allowed(kind, table, 'select')
      const person = cast.people[kind]
      if (open.length === 0) {
        expect((await sql.unsafe(`select 1 from public.${table.name} limit 1`)).length).toBe(1)
        return
      }
      const answer = await ask(`${table.name}?select=${open.join(',')}`, { token: person.token })
      expect(answer.status).toBe(200)
      const [total] = await sql.unsafe(`select count(*)::int as rows from public.${table.name}`)
      if (['tiers', 'topics', 'event_regions', 'event_categories'].includes(table.name)) {
        expect(answer.body.length).toBe(total?.rows)
      } else if (table.name === 'events') {
        const audiences = { public: true, member: seesAsMember(kind), leader: kind === 'leader' }
        const shown = Object.entries(audiences).flatMap(([name, sees]) => (sees ? [name] : []))
        const [expected] = await sql`select count(*)::int as rows from public.events
          where ${kind === 'leader'} or state = 'published' and published_at <= now() and visibility::text = any (${shown})`
        expect(answer.body.length).toBe(expected?.rows)
        if (kind !== 'leader')
          expect(total?.rows, 'there are drafts to hide').toBeGreaterThan(expected?.rows)
      } else if (table.name === 'event_hosts') {
        const seen = await ask('events?select=id', { token: person.token })
        const ids = seen.body.map((row: { id: string }) => row.id)
        const [expected] = await sql`select count(*)::int as rows from public.event_hosts
          where event_id = any (${ids}::uuid[])`
        expect(answer.body.length).toBe(expected?.rows)
        expect(total?.rows, 'there is something to see').toBeGreaterThan(0)
      } else if (table.name === 'event_series') {
        expect(answer.body.length).toBe(kind === 'leader' ? total?.rows : 0)
        expect(total?.rows, 'there is something to hide').toBeGreaterThan(0)
      } else if (table.name === 'resources') {
        const [expected] = await sql`select count(*)::int as rows from public.resources
          where ${kind === 'leader'} or ${seesAsMember(kind)} and audience = 'member'
            and published_at <= now() and retired_at is null`
        expect(answer.body.length).toBe(expected?.rows)
        expect(total?.rows, 'there is something to hide').toBeGreaterThan(3)
      } else if (table.name === 'stripe_prices') {
        const amounts = answer.body.map((row: { unit_amount: number }) => row.unit_amount)
        expect(amounts).toContain(cast.offered)
        expect(amounts, 'what is not offered any more').not.toContain(cast.offered + 1)
      } else {
        const column = ownRows[table.name] ?? ''
        const mine = column === 'customer_id' ? person.customerId : person.memberId
        const [own] = await sql.unsafe(
          `select count(*)::int as rows from public.${table.name} where ${column}::text = $1`,
          [mine ?? ''],
        )
        expect(total?.rows, 'there is something of others to hide').toBeGreaterThan(own?.rows)
        expect(answer.body.length).toBe(own?.rows)
      }
    })

    test('who may not change it is refused', async () => {
      const { token } = cast.people[kind]
      const [column = ''] = table.written
      const [shown = column] = allowed(kind, table, 'select')
      if (allowed(kind, table, 'insert').length === 0) {
        for (const prefer of [
          'return=minimal',
          'resolution=merge-duplicates',
          'resolution=ignore-duplicates',
          'return=representation',
        ]) {
          const answer = await ask(table.name, {
            method: 'POST',
            body: { [column]: null },
            token,
            headers: { prefer },
          })
          expect(verdict(answer), prefer).toEqual(refusal(kind))
        }
      }
      const open = allowed(kind, table, 'update')
      const closed = table.columns.filter((one) => !open.includes(one))
      const answers = await Promise.all(
        closed.map((one) =>
          ask(`${table.name}?${shown}=not.is.null`, {
            method: 'PATCH',
            body: { [one]: null },
            token,
          }),
        ),
      )
      // A generated column is refused before anybody asks who is writing.
      const refusals = [refusal(kind), { status: 400, code: '428C9' }]
      for (const [index, answer] of answers.entries())
        expect(refusals, closed[index]).toContainEqual(verdict(answer))
      if (allowed(kind, table, 'delete').length === 0) {
        const answer = await ask(`${table.name}?${shown}=not.is.null`, { method: 'DELETE', token })
        expect(verdict(answer)).toEqual(refusal(kind))
      }
    })
  })
})
