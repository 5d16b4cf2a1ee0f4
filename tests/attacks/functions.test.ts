import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parts, readManifest } from '../../scripts/grants.ts'
import { ask, kinds, makePeople, refusal, roleOf, sql, verdict } from './support.ts'

interface Callable {
  schema: string
  name: string
  /** With its argument types, as in the manifest. */
  full: string
  args: string[]
}

const callables: Callable[] = await sql`
  select p.pronamespace::regnamespace::text as schema, p.proname as name,
         p.pronamespace::regnamespace || '.' || p.proname || '(' || coalesce((
           select string_agg(case when t.typnamespace = 'pg_catalog'::regnamespace or t.typelem <> 0 then format_type(t.oid, null)
                    else t.typnamespace::regnamespace || '.' || t.typname end, ',' order by place)
             from unnest(p.proargtypes::oid[]) with ordinality as a (type, place) join pg_type t on t.oid = a.type), '') || ')' as full,
         coalesce(p.proargnames[1:p.pronargs], '{}') as args
    from pg_proc p
   where p.pronamespace::regnamespace::text in ('public', 'private', 'jobs', 'admin') and p.prorettype <> 'trigger'::regtype
   order by 1, 2`
const served = callables.filter((one) => one.schema === 'public')
const hidden = callables.filter((one) => one.schema !== 'public')
const manifest = readManifest()

let cast: Awaited<ReturnType<typeof makePeople>>
beforeAll(async () => {
  cast = await makePeople()
})
afterAll(() => cast.leave())

const call = (
  name: string,
  args: Record<string, unknown>,
  token?: string,
  headers: Record<string, string> = {},
) => ask(`rpc/${name}`, { method: 'POST', body: args, token, headers })

const nothing = (one: Callable) => Object.fromEntries(one.args.map((arg) => [arg, null]))

describe.each(served)('$full', (one) => {
  test.each(kinds.map((kind) => ({ kind })))(
    'a $kind may call it only as the manifest says',
    async ({ kind }) => {
      const { token } = cast.people[kind]
      const may = parts(manifest.functions[one.full]).includes(roleOf(kind))
      for (const answer of [
        await call(one.name, nothing(one), token),
        await ask(`rpc/${one.name}`, { token }),
      ]) {
        // A function that writes cannot be called by GET at all; one that needs arguments is not found without them.
        if (may) expect(answer.body?.code).not.toBe('42501')
        else
          expect([
            refusal(kind),
            { status: 405, code: '25006' },
            { status: 404, code: 'PGRST202' },
          ]).toContainEqual(verdict(answer))
      }
      if (!may) expect(verdict(await call(one.name, nothing(one), token))).toEqual(refusal(kind))
    },
  )
})

describe('what the Data API does not serve', () => {
  test('there are hidden functions and tables to reach for', async () => {
    expect(hidden.length).toBeGreaterThan(50)
    expect(Object.keys(manifest.functions).length).toBeGreaterThan(served.length)
  })

  test.each([
    'private',
    'jobs',
    'admin',
    'auth',
    'vault',
    'pgmq',
    'net',
    'cron',
    'storage',
    'extensions',
    'pg_catalog',
    'information_schema',
  ])('schema %s answers nobody', async (schema) => {
    for (const token of [
      undefined,
      cast.people.member.token,
      cast.people.leader.token,
      cast.people.agent.token,
    ]) {
      const read = await ask('audit_log', { headers: { 'accept-profile': schema }, token })
      const write = await ask('audit_log', {
        method: 'POST',
        body: {},
        headers: { 'content-profile': schema },
        token,
      })
      const called = await call('health', {}, token, { 'content-profile': schema })
      for (const answer of [read, write, called])
        expect(verdict(answer)).toEqual({ status: 406, code: 'PGRST106' })
    }
  })

  test.each(hidden.map((one) => [one.full, one] as const))(
    '%s is not found from the outside',
    async (_full, one) => {
      // A served function of the same name is another function.
      if (served.some((other) => other.name === one.name)) {
        const inner = {
          ...nothing(one),
          caller: cast.people.hidden.userId,
          viewer: cast.people.hidden.userId,
          at: '2020-01-01',
        }
        expect(verdict(await call(one.name, inner, cast.people.member.token))).toEqual({
          status: 404,
          code: 'PGRST202',
        })
        return
      }
      for (const name of [one.name, `${one.schema}.${one.name}`]) {
        const answer = await call(encodeURIComponent(name), nothing(one), cast.people.leader.token)
        expect(verdict(answer), name).toEqual({ status: 404, code: 'PGRST202' })
      }
    },
  )

  test.each([
    'audit_log',
    'stripe_events',
    'private.audit_log',
    'q_memberships',
    'pgmq.q_memberships',
    'users',
    'auth.users',
    'pg_roles',
  ])('table %s is not found from the outside', async (name) => {
    const answer = await ask(encodeURIComponent(name), { token: cast.people.leader.token })
    expect(verdict(answer)).toEqual({ status: 404, code: 'PGRST205' })
  })

  test('nothing hidden can be embedded in a served table', async () => {
    const { token } = cast.people.member
    for (const relation of [
      'stripe_customers',
      'identity_reviews',
      'audience_contacts',
      'users',
      'checkouts',
    ]) {
      const answer = await ask(`members?select=id,${relation}(*)`, { token })
      expect(answer.status, relation).toBeGreaterThanOrEqual(300)
      // PostgREST knows no such relationship; the native stack sees it, and finds no such table in public.
      expect(['PGRST200', 'PGRST201', '42P01']).toContain(answer.body.code)
    }
  })
})

describe('a member who names somebody else', () => {
  test('cannot look through her eyes, sign up in her name, or answer for her', async () => {
    const { member, hidden: other } = cast.people
    for (const name of ['viewer', 'caller', 'user_id', 'member_id', 'member'])
      for (const rpc of ['directory', 'sign_up', 'set_consent', 'claim_payment']) {
        const args = {
          channel: 'email',
          granted: false,
          name: 'Mallory',
          visible: true,
          paid_with: other.email,
        }
        const known = served.find((one) => one.name === rpc)?.args ?? []
        const body = {
          ...Object.fromEntries(Object.entries(args).filter(([key]) => known.includes(key))),
          [name]: other.userId,
        }
        expect(verdict(await call(rpc, body, member.token)), `${rpc} ${name}`).toEqual({
          status: 404,
          code: 'PGRST202',
        })
      }
    const [kept] =
      await sql`select granted from public.consents where member_id = ${other.memberId ?? ''} order by id desc limit 1`
    expect(kept?.granted).toBe(true)
  })

  test('learns nothing from claiming her payment', async () => {
    const { member, hidden: other, stranger } = cast.people
    const known = await call('claim_payment', { paid_with: other.email }, member.token)
    const unknown = await call(
      'claim_payment',
      { paid_with: `nobody.${cast.mark}@attack.example` },
      member.token,
    )
    expect([known.status, known.body]).toEqual([unknown.status, unknown.body])
    const reviews =
      await sql`select email from private.identity_reviews where member_id = ${member.memberId ?? ''}`
    expect(reviews.length, 'an admin is asked both times').toBe(2)
    const [owner] =
      await sql`select member_id from public.member_emails where email = ${other.email}`
    expect(owner?.member_id, 'nothing merged by itself').toBe(other.memberId)
    expect(
      verdict(await call('claim_payment', { paid_with: other.email }, stranger.token)),
    ).toEqual({ status: 403, code: 'PT403' })
  })
})
