import postgres from 'postgres'
import { type Env, required } from './env.ts'

export type Sql = postgres.Sql

/**
 * Opens the small pool that an isolate keeps for life. Prepared statements stay off behind a
 * transaction pooler (port 6543), which gives each transaction another connection.
 */
export function connect(env: Env, max = 10): Sql {
  const url = required(env, 'SUPABASE_DB_URL')
  return postgres(url, {
    max,
    prepare: new URL(url).port !== '6543',
    connect_timeout: 5,
    idle_timeout: 60,
    // A notice is for people at a prompt.
    onnotice: () => {},
    connection: { application_name: 'commons-functions' },
    // JSON numbers such as ids of jobs fit a double; bigint columns come as strings otherwise.
    types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
  }) as unknown as Sql
}

/** What Postgres says about an error that it raised. */
export interface SqlError extends Error {
  code: string
  detail?: string
  hint?: string
}

/** Whether Postgres itself raised this (it has a SQLSTATE of five characters). */
export function isSqlError(error: unknown): error is SqlError {
  return error instanceof postgres.PostgresError
}

/** Whether the database could not be reached, or is not taking this work at the moment: worth asking again. */
export function isUnavailable(error: unknown): boolean {
  // 40: two calls stood in each other's way, and this one gave in.
  if (isSqlError(error)) return /^(08|40|53|57P|25006)/.test(error.code)
  const code = (error as { code?: unknown } | null)?.code
  return (
    typeof code === 'string' &&
    /^(CONNECTION_|CONNECT_TIMEOUT|ECONN|ENOTFOUND|EPIPE|ETIMEDOUT|EHOSTUNREACH|EAI_AGAIN)/.test(
      code,
    )
  )
}
