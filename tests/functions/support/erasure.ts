import { expect } from 'vitest'
import { fresh } from './events.ts'
import type { House } from './house.ts'
import { contactOf, join, signIn } from './people.ts'

/** What tests of erasure ask of a house. */
export function erasureOf(house: () => House) {
  const sql = () => house().sql
  const self = {
    someone: () => `${fresh('quill')}@example.org`,
    /** As the person herself would, with her address typed. */
    erase: (user: string, confirm: string) =>
      sql()`select private.delete_my_account(${user}::uuid, ${confirm}, private.clock())`,
    /** What admins see of one provider, for one erased person. */
    async erasures(provider: string, tombstone: number) {
      const rows = await sql()<{ state: string; outcome: string | null; do_this: string | null }[]>`
        select state, outcome, do_this from admin.erasures
         where provider = ${provider}::private.erasure_provider and tombstone_id = ${tombstone} order by id`
      return [...rows]
    },
    /** The newest tombstone. */
    async latest(): Promise<number> {
      const [row] = await sql()`select max(id) as id from private.tombstones`
      return Number(row!.id)
    },
    /** Dead jobs of Stripe and Mailchimp. */
    async deadJobs() {
      const rows = await sql()`
        select queue, kind, last_error from jobs.dead where queue <> 'members' and replayed_at is null`
      return [...rows]
    },
    async atStripe(path: string) {
      const headers = { authorization: 'Bearer sk_test_sandbox' }
      return await (await fetch(`${house().stripe.url}/v1/${path}`, { headers })).json()
    },
    /** Every row of ours that holds one of these words: its table, and how it begins. */
    async holding(...words: string[]): Promise<string[]> {
      const tables = await sql()<{ name: string }[]>`
        select format('%I.%I', n.nspname, c.relname) as name
          from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname in ('public', 'private', 'jobs', 'pgmq', 'auth') and c.relkind = 'r'`
      const found: string[] = []
      for (const { name } of tables) {
        const rows = await sql().unsafe(
          `select to_jsonb(t)::text as row from ${name} t where to_jsonb(t)::text ilike any ($1)`,
          [words.map((word) => `%${word}%`)],
        )
        found.push(...rows.map(({ row }) => `${name} ${row.slice(0, 300)}`))
      }
      return found
    },
    /** Joins, signs in, and is brought to Mailchimp: somebody who stands everywhere. */
    async newcomer(wish: { tier?: string } = {}) {
      const email = self.someone()
      const name = `Quilla ${fresh('Feather')}`
      const found = await join(house(), { email, name, ...wish })
      const { id: user } = await signIn(house(), email)
      await house().work()
      expect((await contactOf(house(), email))?.status).toBe('subscribed')
      return { ...found, email, name, user }
    },
  }
  return self
}
