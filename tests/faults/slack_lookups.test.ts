import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createSlack } from '../../functions/_shared/providers/slack.ts'
import { openRoom, type Room } from '../functions/slack/room.ts'
import { rosterOf } from '../functions/slack/roster.ts'

let room: Room
beforeAll(async () => {
  room = await openRoom()
})
beforeEach(() => room.forget())
afterAll(() => room?.close())

const { start, ended, attention, fault, mend, quiet } = rosterOf(() => room)
const looks = () =>
  room.slack.requests.entries().filter(({ path }) => path === '/api/users.lookupByEmail').length

describe('Look-ups without an answer', () => {
  async function absent(count: number) {
    await room.member('ada@example.org')
    await quiet('ada@example.org')
    for (let number = 1; number <= count; number++) await room.member(`a${number}@example.org`)
  }

  it('of one member stop nobody else’s, and leave her as she was', async () => {
    await absent(12)
    await room.control('answers', { method: 'users.lookupByEmail', error: 'fatal_error', times: 1 })
    const id = await start()
    await room.work()
    // Asked again it was an answer.
    expect(await ended(id)).toMatchObject({
      state: 'done',
      to_look_up: 12,
      looked_up: 12,
      failed: 0,
    })
    expect(looks()).toBe(13)
    expect(await attention()).toEqual([])
  })

  it('in time leave the rest to a next job, before the lease of this one ends', async () => {
    await absent(3)
    const id = await start()
    // Each look at the clock finds it 16 seconds later: one question is all that a job has time for.
    let times = 0
    const now = () => new Date(Date.now() + 16_000 * times++)
    const slow = room.workerOf({ ...room.deps, now })
    for (let round = 0; round < 5; round++) {
      await room.sql`update jobs.delayed set run_at = private.clock()`
      await slow.drain()
    }
    expect(await ended(id)).toMatchObject({ state: 'done', looked_up: 3, failed: 0 })
    const jobs = await room.sql`
      select outcome from jobs.attempts where kind = 'look_up_people'`
    expect(jobs).toEqual(Array(3).fill({ outcome: 'completed' }))
  })

  it('of more than a tenth wait for an admin as one thing; that Slack knows nobody is no failure', async () => {
    await absent(12)
    await start()
    // Two of them fail whenever they are asked for.
    const [poison] = await room.sql<{ emails: string[] }[]>`
      select array_agg(email) as emails from (
        select e.email from public.member_emails e where e.email like 'a%@example.org' and e.email <> 'ada@example.org'
         order by e.member_id desc limit 2) last`
    const failing = room.workerOf({
      ...room.deps,
      slack: {
        ...room.client,
        async personByEmail(email) {
          const answer = await room.client.personByEmail(email)
          if (!poison!.emails.includes(email)) return answer
          await room.control('answers', { method: 'users.lookupByEmail', error: 'fatal_error' })
          return await room.client.personByEmail(email)
        },
      },
    })
    for (let round = 0; round < 8; round++) {
      await room.sql`update jobs.delayed set run_at = private.clock()`
      await failing.drain()
    }
    const [run] = await room.sql`select state, to_look_up, looked_up, failed from admin.slack_runs`
    expect(run).toEqual({ state: 'done', to_look_up: 12, looked_up: 10, failed: 2 })
    expect(await attention()).toEqual(['Slack look-ups'])
    const standing = Object.values(await room.standing())
    expect(standing.filter((one) => one === 'not_found')).toHaveLength(10)
    expect(standing.filter((one) => one === 'not asked for')).toHaveLength(2)
  })

  it('because Slack is down are not held against anybody: the job waits', async () => {
    await absent(5)
    const id = await start()
    await fault('server_error', '^/api/users.lookupByEmail$')
    await room.drain()
    expect(looks()).toBe(3)
    expect(await room.sql`select from private.slack_lookups where attempts > 0`).toHaveLength(0)
    await mend()
    await room.work()
    expect(await ended(id)).toMatchObject({ state: 'done', looked_up: 5, failed: 0 })
  })

  it('because there were too many questions go on after the wait with who is left', async () => {
    await absent(5)
    const id = await start()
    let asked = 0
    const paced = room.workerOf({
      ...room.deps,
      slack: {
        ...room.client,
        async personByEmail(email) {
          if (++asked === 3)
            await fault('rate_limit', '^/api/users.lookupByEmail$', { times: 1, retryAfter: 3600 })
          return await room.client.personByEmail(email)
        },
      },
    })
    await paced.drain()
    const answered = await room.sql`select from private.slack_lookups where outcome = 'not_found'`
    expect(answered).toHaveLength(2)
    await room.work()
    expect(await ended(id)).toMatchObject({ state: 'done', looked_up: 5, failed: 0 })
    expect(looks()).toBe(6)
  })
})

describe('The client', () => {
  it('reads a page on which one person is of a shape that nobody knows, and refuses one of nothing else', async () => {
    await room.control('people', { email: 'ada@example.org', quiet: true })
    const odd = (members: unknown[]) => {
      const answer = { ok: true, members, response_metadata: { next_cursor: '' } }
      const env = (name: string) => room.settings[name]
      return createSlack(
        env,
        () => new Date(),
        5000,
        async () => Response.json(answer),
      )
    }
    const ada = { id: 'U0ADA', profile: { email: ' Ada@Example.org' }, updated: 'soon' }
    const page = await odd([{ id: 7 }, ada, null]).people('')
    expect(page.items).toEqual([
      {
        id: 'U0ADA',
        email: 'ada@example.org',
        name: '',
        status: 'active',
        isBot: false,
        isInvited: false,
        updated: 0,
        team: null,
      },
    ])
    await expect(odd([{ id: 7 }]).people('')).rejects.toMatchObject({
      kind: 'retry',
      message: 'An answer of an unknown shape',
    })
  })

  it.each([
    ['rate_limited', 'retry', 30],
    ['ratelimited', 'retry', 30],
    ['internal_error', 'retry', undefined],
    ['invalid_auth', 'misconfigured', undefined],
    ['token_revoked', 'misconfigured', undefined],
    ['some_new_word', 'refused', undefined],
  ])('takes Slack’s %s for %s', async (error, kind, retryAfter) => {
    await room.control('answers', { method: 'users.list', error })
    await expect(room.client.people('')).rejects.toMatchObject({
      provider: 'Slack',
      kind,
      retryAfter,
    })
  })

  it('ends in time, and never says an address or a token', async () => {
    await fault('timeout_before', '^/api/users.lookupByEmail$', { times: 1 })
    const env = (name: string) => room.settings[name]
    const impatient = createSlack(env, () => new Date(), 100)
    const failed = await impatient.personByEmail('ada@example.org').catch((error: unknown) => error)
    expect(failed).toMatchObject({
      kind: 'retry',
      message: 'No usable answer',
      cause: { cause: { name: 'TimeoutError' } },
    })
    expect(String(failed)).not.toMatch(/ada@|xoxb/)
  })
})
