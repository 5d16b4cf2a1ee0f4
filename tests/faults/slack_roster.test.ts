import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openRoom, type Room } from '../functions/slack/room.ts'
import { rosterOf } from '../functions/slack/roster.ts'

let room: Room
beforeAll(async () => {
  room = await openRoom()
})
beforeEach(() => room.forget())
afterAll(() => room?.close())

const { start, ended, attention, fault, mend, quiet } = rosterOf(() => room)

/** A workspace of more than one page, and two members at its ends. */
async function community() {
  await room.control('people/bulk', { count: 350, prefix: 'p' })
  await room.member('p1@example.org')
  await room.member('p350@example.org')
}

describe('A walk that is cut short', () => {
  it('between a page and its record reads that page again, and loses nobody', async () => {
    await community()
    const id = await start()
    // The worker's process ends after Slack has answered and before anything is kept, twice.
    let deaths = 2
    const dying = room.workerOf({
      ...room.deps,
      slack: {
        ...room.client,
        async people(cursor) {
          const page = await room.client.people(cursor)
          if (cursor !== '' && deaths-- > 0) throw new Error('killed')
          return page
        },
      },
    })
    for (let round = 0; round < 8; round++) {
      await room.sql`update jobs.delayed set run_at = private.clock()`
      await dying.drain()
    }
    expect(deaths).toBeLessThan(0)
    expect(await ended(id)).toMatchObject({ state: 'done', pages: 2, seen: 352, matched: 2 })
  })

  it('by two workers with the same page counts it once', async () => {
    await community()
    const id = await start()
    const page = await room.client.people('')
    const take = () => room.sql<{ matched: number | null }[]>`
      select private.take_slack_page(${id}, 0, ${room.sql.json(page.items as never)}, ${page.next}) as matched`
    const both = await Promise.all([take(), take()])
    expect(both.map(([row]) => row!.matched).sort()).toEqual([1, null])
    await room.work()
    expect(await ended(id)).toMatchObject({ state: 'done', pages: 2, seen: 352, matched: 2 })
  })

  it('and forgotten is taken up after an hour, from where it was', async () => {
    await community()
    const id = await start()
    const page = await room.client.people('')
    await room.sql`select private.take_slack_page(${id}, 0, ${room.sql.json(page.items as never)}, ${page.next})`
    // Its jobs are gone, as after a restore.
    await room.sql.unsafe('truncate pgmq.q_slack, pgmq.q_slack_bulk, jobs.delayed')
    const watch = (hours: number) => room.sql<{ went_on: boolean }[]>`
      select private.watch_slack(private.clock() + make_interval(hours => ${hours})) as went_on`
    expect((await watch(0))[0]!.went_on).toBe(false)
    expect((await watch(2))[0]!.went_on).toBe(true)
    room.slack.requests.clear()
    await room.work()
    expect(await ended(id)).toMatchObject({ state: 'done', matched: 2 })
    expect(
      room.slack.requests.entries().filter(({ path }) => path === '/api/users.list'),
    ).toHaveLength(1)
  })
})

describe('Slack that is not well', () => {
  it('says how long to wait, and the run goes on after that with what it has', async () => {
    await community()
    await fault('rate_limit', '^/api/users.list$', { times: 2, retryAfter: 47 })
    const id = await start()
    const [{ began } = { began: '' }] = await room.sql`select private.clock()::text as began`
    await room.drain()
    // Counted from when it was booked, which lies between two looks at the clock. A little is added by chance.
    const waits = await room.sql`
      select run_at >= ${began}::text::timestamptz + interval '47 seconds' as least,
             run_at <= private.clock() + interval '52 seconds' as most from jobs.delayed`
    expect(waits).toEqual([{ least: true, most: true }])
    await room.work()
    expect(await ended(id)).toMatchObject({ state: 'done', pages: 2, matched: 2, failed: 0 })
    // A wait that Slack asked for is no failed attempt.
    const rows = await room.sql`
      select outcome::text, count(*)::integer as times from jobs.attempts where kind = 'walk_people' group by 1 order by 1`
    expect(rows).toEqual([
      { outcome: 'completed', times: 2 },
      { outcome: 'deferred', times: 2 },
    ])
  })

  it.each([
    ['an error', 'server_error'],
    ['no answer in time', 'timeout_before'],
    ['an answer that is lost', 'timeout_after'],
    ['an answer that drips', 'slow_drip'],
    ['garbage', 'garbage'],
  ])('gives %s: the walk is tried again and ends well', async (_, kind) => {
    await room.member('ada@example.org')
    await quiet('ada@example.org')
    await fault(kind, '^/api/users.list$', { times: 1 })
    const id = await start()
    await room.work()
    expect(await ended(id)).toMatchObject({ state: 'done', matched: 1 })
    expect(await room.standing()).toEqual({ ada: 'active' })
  })

  it('is down for long: yesterday stays, and the next run begins anew', async () => {
    await room.member('ada@example.org')
    await quiet('ada@example.org')
    await start()
    await room.work()
    await fault('server_error', '^/api/')
    const id = await start()
    await room.work(14)
    expect(await room.standing()).toEqual({ ada: 'active' })
    expect((await ended(id)).state).toBe('walking')
    expect(await room.sql`select from jobs.dead`).toHaveLength(0)
    // The next run does not wait for this one, whose job then has nothing left to do.
    await mend()
    await room.sql`
      update private.slack_runs set started_at = started_at - interval '1 day', touched_at = touched_at - interval '1 day' where id = ${id}`
    const next = await start()
    expect(next).not.toBe(id)
    await room.work()
    expect((await ended(id)).state).toBe('failed')
    expect((await ended(next)).state).toBe('done')
    expect(await attention()).toEqual([])
    const [last] =
      await room.sql`select note from jobs.attempts where args @> ${room.sql.json({ run_id: id })} and outcome = 'completed'`
    expect(last!.note).toBe('nothing left to do')
  })

  it.each([
    ['invalid_auth', 'Slack: invalid_auth'],
    ['account_inactive', 'Slack: account_inactive'],
  ])(
    'refuses our token with %s: that is a setting to mend, told in its words',
    async (error, words) => {
      await room.control('answers', { method: 'auth.test', error, times: 9 })
      await start()
      await room.work()
      expect(await room.sql`select reason, last_error from jobs.dead`).toEqual([
        { reason: 'misconfigured', last_error: words },
      ])
    },
  )

  it('is asked again when an admin has mended the token and asks, and not before', async () => {
    await room.control('answers', { method: 'auth.test', error: 'invalid_auth', times: 1 })
    const id = await start()
    await room.work()
    const [watched] = await room.sql`
      select private.watch_slack(private.clock() + interval '2 hours') as went_on`
    expect(watched!.went_on).toBe(false)
    await room.sql`select admin.sync_slack()`
    await room.work()
    expect((await ended(id)).state).toBe('done')
    // The dead job, replayed, finds nothing left to do.
    await room.sql`select admin.replay_dead_jobs('slack')`
    await room.work()
    expect(await room.sql`select from jobs.dead where replayed_at is null`).toHaveLength(0)
  })

  it('misses a scope: the job says which', async () => {
    await room.control('scopes', { token: 'bot', scopes: ['chat:write'] })
    await start()
    await room.work()
    const [dead] = await room.sql`select reason, last_error from jobs.dead`
    expect(dead).toEqual({
      reason: 'misconfigured',
      last_error: 'Slack: missing_scope: the app needs users:read',
    })
  })
})
