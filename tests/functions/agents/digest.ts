import type { Sql } from 'postgres'

/** What the agents room writes down about every call, whatever became of it. */
const bookkeeping = new Set([
  'private.agent_requests',
  'private.agent_use',
  'private.agent_refusals',
  'private.agent_secrets',
  'private.rate_limits',
])

/**
 * One line a table of everything that is kept, but for what a key does by itself: its own rows, and what the audit log
 * says of it. Two digests differ by the tables in which something else happened.
 */
export async function digest(
  sql: Sql,
  key: { id: string; name: string },
): Promise<Record<string, string>> {
  const tables = await sql<{ name: string; columns: string[] }[]>`
    select format('%I.%I', n.nspname, c.relname) as name, array_agg(a.attname::text) as columns
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where n.nspname in ('public', 'private', 'auth', 'storage', 'jobs', 'pgmq') and c.relkind = 'r'
     group by 1 order by 1`
  const found: Record<string, string> = {}
  for (const { name, columns } of tables) {
    if (bookkeeping.has(name)) continue
    const others = columns.includes('key_id')
      ? 'where t.key_id is distinct from $1::uuid'
      : name === 'private.agent_keys'
        ? 'where t.id <> $1::uuid'
        : name === 'private.audit_log'
          ? `where not (t.actor_kind = 'agent' and t.actor = $2::text)`
          : ''
    const [row] = await sql.unsafe(
      `select count(*) || ' rows, ' || md5(coalesce(string_agg(t::text, chr(10) order by t::text), '')) as seen
         from (select $1::uuid, $2::text) given, ${name} t ${others}`,
      [key.id, key.name],
    )
    found[name] = row!.seen
  }
  return found
}

/** The tables that are not as they were. */
export const changed = (before: Record<string, string>, after: Record<string, string>): string[] =>
  Object.keys(after).filter((table) => after[table] !== before[table])
