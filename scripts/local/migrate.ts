import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import { repository } from './run-folder.ts'

export interface Migration {
  version: string
  name: string
  file: string
  sql: string
}

/** The migrations in the order in which they run. Throws for a file name the CLI would not take. */
export function readMigrations(folder = join(repository, 'migrations')): Migration[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.sql'))
  return files.sort().map((file) => {
    const match = /^(\d{14})_(.+)\.sql$/.exec(file)
    if (!match) throw new Error(`migrations/${file}: the name must be <14 digits>_<name>.sql`)
    const [, version = '', name = ''] = match
    return { version, name, file, sql: readFileSync(join(folder, file), 'utf8') }
  })
}

/** One mark for the whole set: it changes when any of the files changes. */
export function fingerprint(migrations: { file: string; sql: string }[]): string {
  const hash = createHash('sha256')
  for (const { file, sql } of migrations) hash.update(file).update('\0').update(sql).update('\0')
  return hash.digest('hex').slice(0, 16)
}

/** Says which file and line an error of Postgres belongs to. */
function located(error: unknown, migration: Migration): Error {
  const { message, position, detail, hint, where } = error as postgres.PostgresError
  const before = migration.sql.slice(0, Number(position) || 0)
  const line = position ? `:${before.split('\n').length}` : ''
  const rest = [detail, hint, where].filter(Boolean).join('\n  ')
  return new Error(`migrations/${migration.file}${line}: ${message}${rest ? `\n  ${rest}` : ''}`)
}

/**
 * Applies, as the role of `url`, the migrations that the history table does not have, each in one
 * transaction, and returns their file names. The history is the one that `supabase db push` reads.
 */
export async function migrate(url: string, migrations = readMigrations()): Promise<string[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    await sql.unsafe(`
      create schema if not exists supabase_migrations;
      create table if not exists supabase_migrations.schema_migrations (
        version text primary key, statements text[], name text
      )`)
    const rows = await sql<{ version: string }[]>`
      select version from supabase_migrations.schema_migrations`
    const applied = new Set(rows.map((row) => row.version))
    const open = migrations.filter((migration) => !applied.has(migration.version))
    for (const migration of open) {
      await sql
        .begin(async (transaction) => {
          await transaction.unsafe(migration.sql)
          await transaction`
            insert into supabase_migrations.schema_migrations (version, statements, name)
            values (${migration.version}, ${[migration.sql]}, ${migration.name})`
        })
        .catch((error) => {
          throw located(error, migration)
        })
    }
    return open.map((migration) => migration.file)
  } finally {
    await sql.end()
  }
}
