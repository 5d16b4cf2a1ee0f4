import type { Sql } from './sql.ts'

/** When a call was begun: as a time, and as the database writes it, to the microsecond. */
export interface Began {
  at: Date
  exactly: string
  /** Begun by a job of another number, whose worker may still be at it. */
  by_another: boolean
}

/** 'go': nobody has tried. 'ambiguous': it was begun, and nobody knows how it ended. */
export type Effect = { state: 'go' | 'done' } | { state: 'ambiguous'; began: Began }

/**
 * Notes that a call is about to be made that must not happen twice. Committed at once, so that it outlives a crash.
 */
export async function beginEffect(
  sql: Sql,
  key: string,
  job: number,
  provider: string,
): Promise<Effect> {
  const [row] = await sql<{ state: 'go' | 'done' | 'ambiguous' }[]>`
    select jobs.begin_effect(${key}, ${job}, ${provider}) as state`
  if (row!.state !== 'ambiguous') return { state: row!.state }
  // A question of its own: the one above does not see what was committed while it waited.
  const [began] = await sql<Began[]>`
    select e.started_at as at, e.started_at::text as exactly, e.job <> ${job} as by_another
      from jobs.effects e where e.key = ${key}`
  // Gone in this very moment: it was refused to another worker, so that it surely did not happen.
  return began ? { state: 'ambiguous', began } : beginEffect(sql, key, job, provider)
}

/** The call did not happen, and is begun again. False when somebody else has begun it meanwhile. */
export async function beginAgain(sql: Sql, key: string, { exactly }: Began): Promise<boolean> {
  // Through text, because the driver would cut a time to milliseconds.
  const [row] = await sql<{ is_ours: boolean }[]>`
    select jobs.begin_effect_again(${key}, ${exactly}::text::timestamptz) as is_ours`
  return row!.is_ours
}

/** The call surely did not happen, so that it may be begun again. */
export async function dropEffect(sql: Sql, key: string): Promise<void> {
  await sql`select jobs.drop_effect(${key})`
}
