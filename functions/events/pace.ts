import type { Pace } from '../_shared/providers/luma.ts'
import type { Sql } from '../_shared/sql.ts'

/** Luma's pace, kept in SQL: all workers share one calendar's 200 calls a minute and the block on excess. */
export function paceOf(sql: Sql, now: () => Date): Pace {
  return {
    async turn(urgency) {
      const [row] = await sql<{ seconds: number }[]>`
        select private.luma_turn(${urgency}::jobs.priority, ${now()}) as seconds`
      return row!.seconds
    },
    async blocked(seconds) {
      const until = new Date(now().getTime() + seconds * 1000)
      await sql`select private.luma_blocked(${until})`
    },
  }
}
