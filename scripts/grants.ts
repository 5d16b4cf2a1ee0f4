/**
 * The grants manifest, policies/grants.json: what each role of a request may do, read from a database.
 *   node_modules/.bin/node scripts/grants.ts            writes it from the database of `npm start`
 *   node_modules/.bin/node scripts/grants.ts --check    compares, and fails with the differences
 *   … --database postgresql://postgres@127.0.0.1:56000/postgres    another database
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import postgres from 'postgres'

export type Verb = 'select' | 'insert' | 'update' | 'delete'
export type Role = 'anon' | 'authenticated' | 'agent' | 'service_role'

export interface Grants {
  /** Schema → roles that may look into it, parted by commas. */
  schemas: Record<string, string>
  /** Table or view → role → verb → columns, parted by commas; '*' is the whole row. The rest is refused. */
  relations: Record<string, Partial<Record<Role, Partial<Record<Verb, string>>>>>
  /** Function with its argument types → roles that may call it, parted by commas. */
  functions: Record<string, string>
}

export const manifestFile = join(import.meta.dirname, '../policies/grants.json')

// Asked with has_…_privilege for the four verbs, not read from ACLs: PostgreSQL 17 has one privilege more.
const roles = `unnest(array['anon', 'authenticated', 'agent', 'service_role']) as role`
const ours = `in ('public', 'private', 'jobs', 'admin')`

const relationsQuery = `
  select c.oid::regclass::text as name, role, verb,
         case when has_table_privilege(role, c.oid, verb) then '*' else (
           select string_agg(a.attname, ', ' order by a.attname) from pg_attribute a
            where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and verb <> 'delete'
              and has_column_privilege(role, c.oid, a.attnum, verb)) end as columns
    from pg_class c
    cross join ${roles}
    cross join unnest(array['select', 'insert', 'update', 'delete']) as verb
   where (c.relnamespace::regnamespace::text ${ours}
          or c.relnamespace::regnamespace::text = 'pgmq' and c.relname ~ '^[qa]_')
     and c.relkind in ('r', 'p', 'v', 'm')
   order by 1, 2, 3`

const functionsQuery = `
  select p.oid::regprocedure::text as name, string_agg(role, ', ' order by role) as roles
    from pg_proc p
    cross join ${roles}
   where p.pronamespace::regnamespace::text ${ours} and has_function_privilege(role, p.oid, 'execute')
   group by p.oid order by 1`

const schemasQuery = `
  select n.nspname as name, string_agg(role, ', ' order by role) as roles
    from pg_namespace n
    cross join ${roles}
   where n.nspname ${ours} and has_schema_privilege(role, n.oid, 'usage')
   group by n.oid order by 1`

/** Reads the grants inside the given transaction, so that a test can look at its own changes. */
export async function readGrants(sql: postgres.TransactionSql): Promise<Grants> {
  // With an empty path every name is written with its schema.
  await sql`select set_config('search_path', '', true)`
  const relations: Grants['relations'] = {}
  for (const row of await sql.unsafe(relationsQuery)) {
    if (row.columns === null) continue
    const byRole = relations[row.name] ?? {}
    byRole[row.role as Role] = { ...byRole[row.role as Role], [row.verb]: row.columns }
    relations[row.name] = byRole
  }
  const byName = async (query: string): Promise<Record<string, string>> =>
    Object.fromEntries((await sql.unsafe(query)).map((row) => [row.name, row.roles]))
  return { schemas: await byName(schemasQuery), relations, functions: await byName(functionsQuery) }
}

/** The parts of a list such as 'anon, agent'. */
export const parts = (list = ''): string[] => list.split(', ').filter(Boolean)

/** One line a fact, so that two manifests can be compared as sets of sentences. */
export function facts(grants: Grants): string[] {
  const lines: string[] = []
  for (const [schema, held] of Object.entries(grants.schemas))
    for (const role of parts(held)) lines.push(`${role} may use schema ${schema}`)
  for (const [name, byRole] of Object.entries(grants.relations))
    for (const [role, verbs] of Object.entries(byRole))
      for (const [verb, columns] of Object.entries(verbs))
        for (const column of parts(columns)) lines.push(`${role} may ${verb} ${name}.${column}`)
  for (const [name, held] of Object.entries(grants.functions))
    for (const role of parts(held)) lines.push(`${role} may call ${name}`)
  return lines.sort()
}

/** What the database grants beyond the manifest, and what the manifest promises and the database refuses. */
export function compare(manifest: Grants, database: Grants) {
  const [written, held] = [new Set(facts(manifest)), new Set(facts(database))]
  return {
    unwritten: [...held].filter((fact) => !written.has(fact)),
    missing: [...written].filter((fact) => !held.has(fact)),
  }
}

/** The checked-in manifest. */
export function readManifest(): Grants {
  return JSON.parse(readFileSync(manifestFile, 'utf8'))
}

async function main() {
  const { values } = parseArgs({
    options: {
      check: { type: 'boolean', default: false },
      database: { type: 'string', default: 'postgresql://postgres@127.0.0.1:54322/postgres' },
    },
  })
  const sql = postgres(values.database, { max: 1, onnotice: () => {} })
  try {
    const database = (await sql.begin(readGrants)) as Grants
    if (!values.check) {
      writeFileSync(manifestFile, `${JSON.stringify(database, null, 2)}\n`)
      console.log(`policies/grants.json: ${facts(database).length} grants`)
      return
    }
    const { unwritten, missing } = compare(readManifest(), database)
    for (const fact of unwritten) console.error(`not in policies/grants.json: ${fact}`)
    for (const fact of missing) console.error(`not in the database: ${fact}`)
    if (unwritten.length + missing.length > 0) process.exitCode = 1
    else
      console.log(
        `The database grants what policies/grants.json says: ${facts(database).length} grants`,
      )
  } finally {
    await sql.end()
  }
}

if (import.meta.main) await main()
