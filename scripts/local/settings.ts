import type { Sql } from 'postgres'

/** Puts names and values into the Vault, over what is there. */
export async function fillVault(sql: Sql, secrets: Record<string, string>): Promise<void> {
  for (const [name, value] of Object.entries(secrets)) {
    const [known] = await sql<{ id: string }[]>`select id from vault.secrets where name = ${name}`
    if (known) await sql`select vault.update_secret(${known.id}, ${value})`
    else await sql`select vault.create_secret(${value}, ${name})`
  }
}

/**
 * Makes private.clock() say a moment and run on from there; without a moment it says now() again.
 * For demo and tests only: the product asks private.clock() and never knows.
 */
export async function setClock(sql: Sql, moment: Date | undefined): Promise<void> {
  const offset = moment ? (moment.getTime() - Date.now()) / 1000 : 0
  const shift = moment ? ` + interval '${offset.toFixed(3)} seconds'` : ''
  await sql.unsafe(`
    create or replace function private.clock()
    returns timestamptz
    language sql
    stable
    set search_path = ''
    as $$ select pg_catalog.now()${shift} $$`)
}
