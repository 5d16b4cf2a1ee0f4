import type { Sql } from '../_shared/sql.ts'

export type EffectState = 'go' | 'done' | 'ambiguous'

/**
 * Notes that a call is about to be made that must not happen twice. Committed at once, so that it
 * outlives a crash. 'ambiguous': it was begun before, and nobody knows how it ended.
 */
export async function beginEffect(sql: Sql, key: string, job: number): Promise<EffectState> {
  const [row] = await sql<{ state: EffectState }[]>`
    select jobs.begin_effect(${key}, ${job}, 'mailchimp') as state`
  return row!.state
}

/** The call surely did not happen, so that it may be begun again. */
export async function dropEffect(sql: Sql, key: string): Promise<void> {
  await sql`select jobs.drop_effect(${key})`
}
