import type { Room } from './room.ts'

/** What tests of the roster do again and again. */
export const rosterOf = (room: () => Room) => ({
  /** Starts a run; its number. */
  async start() {
    const [row] = await room().sql<{ id: number }[]>`
      select private.start_slack_run('scheduled', private.clock())::integer as id`
    return row!.id
  },
  async ended(id: number) {
    const [row] = await room().sql`select * from admin.slack_runs where id = ${id}`
    return row!
  },
  /** What waits for an admin, the share link left aside. */
  async attention(): Promise<string[]> {
    const rows = await room().sql`
      select what from private.slack_attention(private.clock()) where what <> 'Slack share link'`
    return rows.map(({ what }) => what)
  },
  fault: (kind: string, path: string, more: object = {}) =>
    fetch(`${room().slack.url}/_sandbox/faults`, {
      method: 'POST',
      body: JSON.stringify({ kind, path, ...more }),
    }),
  mend: () => fetch(`${room().slack.url}/_sandbox/faults`, { method: 'DELETE' }),
  /** Somebody is in the workspace, and nobody told us. */
  quiet: (email: string) => room().control('people', { email, quiet: true }),
})
