import { readdirSync, readFileSync } from 'node:fs'
import { getAuthSchemaSql, getStorageSchemaSql } from '@supabase/lite'
import postgres from 'postgres'

const folder = new URL('./sql/', import.meta.url)

/**
 * Turns an empty cluster into what a hosted project is before its first migration: roles, schemas,
 * grants, extensions, the auth and storage tables. `url` must be the superuser's.
 */
export async function bootstrap(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    for (const file of readdirSync(folder).sort()) {
      if (!file.endsWith('.sql')) continue
      if (file.startsWith('40-')) {
        await sql.unsafe(getAuthSchemaSql())
        await sql.unsafe(getStorageSchemaSql())
      }
      await sql.unsafe(readFileSync(new URL(file, folder), 'utf8'))
    }
  } finally {
    await sql.end()
  }
}
