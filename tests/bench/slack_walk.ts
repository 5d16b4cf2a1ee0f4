/**
 * A run through everybody in Slack: 10,000 people on pages of 200, at most 20 pages and 50 look-ups a minute. Where the
 * run waits for Slack, the clock of the sandbox and of the database jumps to the end of the wait; where it works, time
 * goes by as it does.
 */

import { openRoom, type Room } from '../functions/slack/room.ts'

export interface SlackWalkRow {
  situation: string
  people: number
  look_ups: number
  /** Seconds of Slack's time that the run took. */
  seconds: number
  /** Seconds that Slack's limits alone would take: a minute for each further 20 pages, and each further 50 look-ups. */
  least: number
  /** Seconds of our own time in which something was done, and not waited for. */
  work: number
  /** Null where nothing is limited. */
  times_least: number | null
}

const PAGE = 200
const PAGES_A_MINUTE = 20
const LOOK_UPS_A_MINUTE = 50

const waits = (calls: number, aMinute: number) => Math.max(0, Math.ceil(calls / aMinute) - 1) * 60

/** Measures one run; before it the workspace and the members are made. */
async function measure(
  room: Room,
  wait: () => Promise<boolean>,
  situation: string,
  { people, absent, limits }: { people: number; absent: number; limits: boolean },
): Promise<SlackWalkRow> {
  await room.forget()
  await room.control('people/bulk', { count: people, prefix: 'crowd' })
  await room.sql`
    with new as (
      insert into public.members (id, origin) select gen_random_uuid(), 'import' from generate_series(1, ${people + absent})
      returning id
    ), numbered as (
      select id, row_number() over () as n from new
    ), named as (
      insert into public.profiles (member_id, name) select id, 'Somebody' from numbered
    ), reached as (
      insert into public.member_emails (email, member_id, is_primary, verified_at, source)
      select 'crowd' || n || '@example.org', id, true, private.clock(), 'import' from numbered
    )
    insert into public.memberships (member_id, tier, status, cancel_at_period_end, access_until, member_since)
    select id, 'annual', 'active', false, private.clock() + interval '1 year', private.clock() from numbered`
  await room.sql`analyze`
  if (limits) await room.control('limits', { on: true })

  const [begun] = await room.sql<{ id: number }[]>`
    select private.start_slack_run('asked', private.clock())::integer as id`
  let work = 0
  for (;;) {
    const began = performance.now()
    await room.drain()
    work += performance.now() - began
    const [run] = await room.sql`
      select r.state, r.note, r.matched, r.to_look_up, r.failed, extract(epoch from r.finished_at - r.started_at)::float as seconds
        from private.slack_runs r where r.id = ${begun!.id}`
    if (run?.seconds !== null && run?.seconds !== undefined) {
      if (run.state !== 'done' || run.matched !== people || run.failed !== 0) {
        throw new Error(`The run ended ${run.state}: ${run.note}`)
      }
      const pages = Math.ceil((people + 2) / PAGE)
      const least = limits ? waits(pages, PAGES_A_MINUTE) + waits(absent, LOOK_UPS_A_MINUTE) : 0
      return {
        situation,
        people,
        look_ups: run.to_look_up,
        seconds: run.seconds,
        least,
        work: work / 1000,
        times_least: least ? run.seconds / least : null,
      }
    }
    if (!(await wait())) throw new Error('The run stands still')
  }
}

export async function run({ people = 10_000, absent = 200 } = {}): Promise<SlackWalkRow[]> {
  let skipped = 0
  const room = await openRoom(() => new Date(Date.now() + skipped * 1000))
  /** Jumps to the next moment at which something is due. False when nothing is. */
  const wait = async () => {
    const [next] = await room.sql<{ seconds: number | null }[]>`
      select extract(epoch from min(d.run_at) - private.clock())::float as seconds from jobs.delayed d where d.queue = 'slack'`
    if (next?.seconds === null || next?.seconds === undefined) return false
    skipped += Math.max(0, Math.ceil(next.seconds))
    await room.travel(skipped)
    return true
  }
  try {
    return [
      await measure(room, wait, 'no limit but our own pace', { people, absent, limits: false }),
      await measure(room, wait, 'everybody is on the list', { people, absent: 0, limits: true }),
      await measure(room, wait, 'some are looked up', { people, absent, limits: true }),
    ]
  } finally {
    await room.close()
  }
}
