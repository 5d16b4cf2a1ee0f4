import { AsyncLocalStorage } from 'node:async_hooks'
import { type Kysely, sql } from 'kysely'
import type postgres from 'postgres'
import type { Caller } from '../credentials.ts'

export interface RestContext extends Caller {
  method: string
  path: string
  headers: Record<string, string>
}

/** Carries who is calling from the gateway to the connection, past @supabase/lite. */
export const restContext = new AsyncLocalStorage<RestContext>()

/** Settings that roles carry and that PostgREST applies to each request, and its pre-request. */
export interface RoleSettings {
  byRole: Map<string, [name: string, value: string][]>
  preRequest?: string
}

/** Reads what `alter role … set` says, as the superuser. */
export async function readRoleSettings(admin: postgres.Sql): Promise<RoleSettings> {
  const rows = await admin<{ role: string; setting: string }[]>`
    select role.rolname as role, unnest(setting.setconfig) as setting
    from pg_db_role_setting as setting join pg_roles as role on role.oid = setting.setrole`
  const byRole: RoleSettings['byRole'] = new Map()
  let preRequest: string | undefined
  for (const { role, setting } of rows) {
    const [name = '', ...value] = setting.split('=')
    if (role === 'authenticator' && name === 'pgrst.db_pre_request') preRequest = value.join('=')
    // The others are logged in as themselves and do not come through here.
    if (role === 'authenticator' || name === 'search_path') continue
    byRole.set(role, [...(byRole.get(role) ?? []), [name, value.join('=')]])
  }
  return { byRole, ...(preRequest ? { preRequest } : {}) }
}

function cookiesOf(header: string | undefined): Record<string, string> {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim().split('='))
  return Object.fromEntries(
    pairs.filter(([name]) => name).map(([name, ...v]) => [name, v.join('=')]),
  )
}

/**
 * Puts role, claims and the request's own facts into the open transaction, in one statement, as
 * PostgREST does. Reads run in a read-only transaction.
 */
export async function applySession(
  transaction: Kysely<unknown>,
  context: RestContext,
  settings: RoleSettings,
): Promise<void> {
  const values: [string, string][] = [
    ['role', context.role],
    ['request.jwt.claims', JSON.stringify(context.claims)],
    ['request.method', context.method],
    ['request.path', context.path],
    ['request.headers', JSON.stringify(context.headers)],
    ['request.cookies', JSON.stringify(cookiesOf(context.headers.cookie))],
    ...(settings.byRole.get(context.role) ?? []),
  ]
  if (context.method === 'GET' || context.method === 'HEAD') {
    values.push(['transaction_read_only', 'on'])
  }
  const calls = values.map(([name, value]) => sql`set_config(${name}, ${value}, true)`)
  await sql`select ${sql.join(calls)}`.execute(transaction)
  if (settings.preRequest) await sql`select ${sql.raw(settings.preRequest)}()`.execute(transaction)
}
