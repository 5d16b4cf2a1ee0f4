import type { TransactionSql } from 'postgres'
import { afterAll, describe, expect, test } from 'vitest'
import { compare, facts, type Grants, readGrants, readManifest } from '../../scripts/grants.ts'
import { end, sql } from './support.ts'

afterAll(end)

/** The differences after a change that is undone again. */
async function afterChange(change: string) {
  const undone = new Error('undone')
  let found: ReturnType<typeof compare> | undefined
  await sql
    .begin(async (tx: TransactionSql) => {
      await tx.unsafe(change)
      found = compare(readManifest(), await readGrants(tx))
      throw undone
    })
    .catch((error) => {
      if (error !== undone) throw error
    })
  return found
}

describe('policies/grants.json', () => {
  test('says exactly what each role may do', async () => {
    const database = (await sql.begin(readGrants)) as Grants
    expect(facts(database).length).toBeGreaterThan(50)
    expect(compare(readManifest(), database)).toEqual({ unwritten: [], missing: [] })
  })

  test.each([
    ['grant delete on private.rate_limits to anon', 'anon may delete private.rate_limits.*'],
    [
      'grant select (email) on public.member_emails to agent',
      'agent may select public.member_emails.email',
    ],
    [
      'grant execute on function private.health(timestamptz) to authenticated',
      'authenticated may call private.health(timestamp with time zone)',
    ],
    ['grant usage on schema admin to anon', 'anon may use schema admin'],
    [
      'create table public.careless (id int); grant insert on public.careless to public',
      'agent may insert public.careless.*',
    ],
  ])('notices: %s', async (change, fact) => {
    expect((await afterChange(change))?.unwritten).toContain(fact)
  })

  test('notices what was taken away', async () => {
    expect((await afterChange('revoke select on public.tiers from anon'))?.missing).toEqual([
      'anon may select public.tiers.*',
    ])
  })
})
