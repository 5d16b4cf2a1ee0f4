import type { Sql } from 'postgres'

/** One job as jobs.exchange leases it. msg_id and read_ct are the lease: a report must carry both. */
export interface Lease {
  job: number
  kind: string
  args: Record<string, unknown>
  attempt: number
  correlation_id?: string
  priority: 'interactive' | 'bulk'
  msg_id: number
  read_ct: number
  lease_ms: number
}

/** How one attempt ended, as jobs.exchange reads it. `released`: not begun or broken off by us, counts for nothing. */
export interface Report {
  job: number
  priority: 'interactive' | 'bulk'
  msg_id: number
  read_ct: number
  outcome: 'completed' | 'retry' | 'refused' | 'misconfigured' | 'released'
  duration_ms: number
  note?: string
  error?: string
  /** Seconds. */
  retry_after?: number
}

export interface Exchanged {
  claimed: Lease[]
  /** Jobs whose report came too late: another worker had taken them over, and the report changed nothing. */
  stale: number[]
  /** When nothing was claimed: milliseconds until something can be. Null: nothing is waiting. */
  nextDueMs: number | null
}

export interface Wanted {
  /** How many jobs to lease at most. */
  wanted: number
  /** How many of those places are never filled with bulk jobs. */
  reserved: number
  /** Nothing more is in hand: have the bell rung when something comes. */
  quiet: boolean
}

/** Books the reports of the last batch and leases the next: one call, one transaction. */
export async function exchange(
  sql: Sql,
  queue: string,
  reports: Report[],
  { wanted, reserved, quiet }: Wanted,
): Promise<Exchanged> {
  const [row] = await sql<{ claimed: Lease[]; stale: string[]; next_due_ms: number | null }[]>`
    select claimed, stale, next_due_ms
    from jobs.exchange(${queue}, ${sql.json(reports as never)}, ${wanted}, ${reserved}, ${quiet})`
  return {
    claimed: row!.claimed,
    stale: row!.stale.map(Number),
    nextDueMs: row!.next_due_ms,
  }
}
