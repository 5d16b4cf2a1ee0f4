import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openRoom, type Room } from './room.ts'
import { talkOf } from './talk.ts'

let room: Room
const talk = talkOf(() => room)
beforeAll(async () => {
  room = await openRoom()
})
beforeEach(async () => {
  room.slack.faults.clear()
  await talk.forget()
  // What waits in a fresh database, such as that there is no share link, was told long ago.
  await room.sql`insert into private.slack_alerts (what, id, seen_at) select what, id, private.clock() from private.new_alerts()`
})
afterAll(() => room?.close())

const die = (job: number, queue = 'audience') => room.sql`
  insert into jobs.dead (job, queue, priority, kind, args, attempts, reason, hint, last_error, enqueued_at, died_at)
  values (${job}, ${queue}, 'interactive', 'sync_contact', '{}', 3, 'refused', 'Look', '<!channel> eve@example.org is <https://evil.example.org|here>', now(), now())`
const tell = async () =>
  (await room.sql<{ told: number }[]>`select private.tell_alerts(private.clock()) as told`)[0]!.told

describe('Alerts', () => {
  it('reach their channel once, with what to do, and ring nobody', async () => {
    await die(7_000_001)
    await die(7_000_002)
    expect(await tell()).toBe(2)
    expect(await tell()).toBe(0)
    await room.work()
    const posted = await talk.posted('C0ALERTS')
    expect(posted).toHaveLength(1)
    expect(posted[0]!.text.replaceAll('\u2060', '')).toBe('2 things wait for you')
    const shown = JSON.stringify(posted[0])
    expect(shown).toContain('Dead job 7000001')
    expect(shown).toContain('admin.replay_job')
    expect(shown).not.toMatch(/<!|<https|eve@|mrkdwn/)
  })

  it('make no more of themselves when Slack is what fails', async () => {
    await die(7_000_003)
    await tell()
    await room.control('answers', { method: 'chat.postMessage', error: 'invalid_auth', times: 99 })
    await room.work()
    expect(await talk.dead()).toContainEqual(
      expect.objectContaining({ kind: 'post_message', reason: 'misconfigured' }),
    )
    for (let run = 0; run < 5; run++) expect(await tell()).toBe(0)
    const owed = await room.sql`select from private.slack_messages where channel = 'alerts'`
    expect(owed).toHaveLength(1)
    // Mended, what was owed goes out.
    await fetch(`${room.slack.url}/_sandbox/reset`, { method: 'POST' })
    await room.sql`select admin.replay_dead_jobs('slack')`
    await room.work()
    expect(await talk.posted('C0ALERTS')).toHaveLength(1)
  })

  it('are told once by two schedules that run at the same moment', async () => {
    await die(7_000_004)
    const told = await Promise.all([tell(), tell(), tell()])
    expect(told.sort()).toEqual([0, 0, 1])
  })
})

describe('Against the limits that Slack really has', () => {
  it('messages of one channel take turns more than a second apart, in order, and each is there once', async () => {
    await room.sql`update private.slack_rules set channel_pace = default, workspace_pace = default`
    await room.control('limits', { on: true })
    for (const id of ['1', '2', '3']) {
      await talk.owe(id, undefined, { things: [{ ...talk.alert.things[0], id }] })
    }
    const calls = () =>
      room.slack.requests.entries().filter(({ path }) => path.endsWith('postMessage'))
    await room.still(async (to) => {
      let last = 0
      // How many are told so many seconds later. The pace is 1.1 s, and one that waits may be a tenth of that late.
      for (const [later, told] of [
        [0, 1],
        [1, 1],
        [1.25, 2],
        [2.3, 2],
        [3, 3],
      ] as const) {
        await to(later)
        await room.clock.advanceTo(new Date(room.clock.now().getTime() + (later - last) * 1000))
        last = later
        await room.drain()
        expect(calls().map(({ status }) => status)).toEqual(Array(told).fill(200))
        const owed = await room.sql`select from jobs.delayed where kind = 'post_message'`
        expect(owed).toHaveLength(3 - told)
      }
    })
    const told = (await talk.posted('C0ALERTS')).map(({ blocks }) => blocks[1]!.text!.text)
    expect(told.map((text) => text.split('\n')[0])).toEqual([
      'Dead job 1',
      'Dead job 2',
      'Dead job 3',
    ])
  })
})

describe('The welcome', () => {
  it('comes when a new member joins the workspace, once, with her name as words', async () => {
    const email = 'ada@example.org'
    const member = await room.member(email)
    await room.sql`update public.memberships set member_since = private.clock() - interval '1 day' where member_id = ${member}`
    await room.sql`update public.profiles set name = '<!here|Ada> Quill' where member_id = ${member}`
    await room.sql`select private.note_slack_workspace('T0SANDBOX', 'WDAI', 'https://wdai.slack.com/')`
    // Slack tells us that she joined.
    const { id: user } = await room.control('people', { email })
    await expect.poll(async () => (await room.standing()).ada).toBe('active')
    await room.control('people/change', { who: user, displayName: 'Ada Q.' })
    await room.work()
    const posted = await talk.posted(user)
    expect(posted).toHaveLength(1)
    expect(posted[0]!.blocks[0]!.text!.text).toBe('Welcome, &lt;!here|Ada&gt;!')
    expect(posted[0]!.text).not.toMatch(/<|@here/)
    await room.sql`select private.slack_found(${member}, null, private.clock())`
    await room.work()
    expect(await talk.posted(user)).toHaveLength(1)
  })
})
