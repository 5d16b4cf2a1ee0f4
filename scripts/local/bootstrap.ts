import { readdirSync, readFileSync } from 'node:fs'
import { getAuthSchemaSql } from '@supabase/lite'
import postgres from 'postgres'

const folder = new URL('./sql/', import.meta.url)

/** The SQL of the bootstrap, in the order in which it runs. */
export const bootstrapFiles = (): { file: string; sql: string }[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => ({ file, sql: readFileSync(new URL(file, folder), 'utf8') }))

/**
 * Turns an empty cluster into what a hosted project is before its first migration: roles, schemas,
 * grants, extensions, the auth and storage tables. `url` must be the superuser's.
 */
export async function bootstrap(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    for (const part of bootstrapFiles()) {
      if (part.file.startsWith('40-')) await sql.unsafe(getAuthSchemaSql())
      await sql.unsafe(part.sql)
    }
  } finally {
    await sql.end()
  }
}
