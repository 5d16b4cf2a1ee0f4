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
})
afterAll(() => room?.close())

/** A private channel that is for members, with these people in it. */
async function channelFor(members: string[] = [], more: object = {}): Promise<string> {
  const { id } = await room.control('channels', { name: 'members-only', members, ...more })
  await room.sql`insert into private.slack_entitled_channels (channel_id, name) values (${id}, 'members')`
  return id
}
const walk = () => room.sql`select private.walk_slack_channels(private.clock())`
const problem = async () =>
  (await room.sql`select problem, to_put_in, to_take_out from admin.slack_channels`)[0]!
const listed = () => room.sql`select * from admin.slack_offboarding`
/** As when her last day was so many days ago; negative: is still to come. */
const ended = (member: string, days: number) => room.sql`
  update public.memberships set access_until = private.clock() - ${days} * interval '1 day' where member_id = ${member}`

describe('A channel that a right opens', () => {
  it('gets who has the right, loses who lost it, and leaves strangers alone', async () => {
    const ada = await talk.inSlack('ada')
    const cyn = await talk.inSlack('cyn')
    await ended(cyn.member, 30)
    const { id: stranger } = await room.control('people', {
      email: 'guest@example.net',
      quiet: true,
    })
    const channel = await channelFor([cyn.user, stranger])
    await walk()
    await room.work()
    expect((await talk.inside(channel)).sort()).toEqual([ada.user, stranger].sort())
    const log = await room.sql`
      select action, target_id from private.audit_log where action like 'slack.%channel' order by id`
    expect([...log]).toEqual([
      { action: 'slack.taken_out_of_channel', target_id: cyn.member },
      { action: 'slack.put_in_channel', target_id: ada.member },
    ])
    // A second walk has nothing to do.
    const before = talk.calls('conversations.invite') + talk.calls('conversations.kick')
    await walk()
    await room.work()
    expect(talk.calls('conversations.invite') + talk.calls('conversations.kick')).toBe(before)
  })

  it('is followed when a membership ends and when it comes back, without a walk', async () => {
    const { member, user } = await talk.inSlack('ada')
    const channel = await channelFor()
    await ended(member, -10)
    await room.work()
    expect(await talk.inside(channel)).toEqual([user])
    await ended(member, 1)
    await room.work()
    // The days of grace.
    expect(await talk.inside(channel)).toEqual([user])
    await ended(member, 8)
    await room.work()
    expect(await talk.inside(channel)).toEqual([])
    await ended(member, -30)
    await room.work()
    expect(await talk.inside(channel)).toEqual([user])
  })

  it('is read in pages, and many people are moved in one run', async () => {
    await room.control('people/bulk', { count: 230, prefix: 'p' })
    const { people } = await room.state()
    const all = people.filter(({ email }) => email?.startsWith('p'))
    const channel = await channelFor(all.slice(0, 205).map(({ id }) => id))
    for (const { email, id } of all.slice(180, 230)) {
      const member = await room.member(email)
      await room.sql`insert into private.slack_people (member_id, status, slack_user_id, synced_at)
        values (${member}, 'active', ${id}, private.clock())`
    }
    await room.sql`truncate jobs.delayed, jobs.idempotency_keys`
    await walk()
    await room.work(30)
    expect(talk.calls('conversations.members')).toBe(2)
    expect(talk.calls('conversations.invite')).toBe(25)
    expect(await talk.inside(channel)).toHaveLength(230)
  })

  it('waits when Slack asks for patience, and goes on where it was', async () => {
    for (const name of ['ada', 'bea', 'dot']) await talk.inSlack(name)
    const channel = await channelFor()
    room.slack.faults.add({
      kind: 'rate_limit',
      path: '^/api/conversations.invite$',
      times: 2,
      retryAfter: 3,
    })
    await walk()
    await room.work(20)
    expect(await talk.inside(channel)).toHaveLength(3)
    expect(await talk.dead()).toEqual([])
  })

  it('never keeps a member out who came back while she was taken out', async () => {
    const { member, user } = await talk.inSlack('ada')
    const channel = await channelFor([user])
    await ended(member, 30)
    await walk()
    const kick = room.client.removeFromChannel
    const worker = room.workerOf({
      ...room.deps,
      slack: {
        ...room.client,
        removeFromChannel: async (...args) => {
          await ended(member, -30)
          return await kick(...args)
        },
      },
    })
    await worker.drain()
    await room.work()
    expect(await talk.inside(channel)).toEqual([user])
  })

  it.each([
    ['timeout_after' as const],
    ['timeout_before' as const],
    ['server_error' as const],
    ['garbage' as const],
  ])('ends right through %s', async (kind) => {
    const ada = await talk.inSlack('ada')
    const cyn = await talk.inSlack('cyn')
    await ended(cyn.member, 30)
    const channel = await channelFor([cyn.user])
    for (const verb of ['invite', 'kick', 'members']) {
      room.slack.faults.add({ kind, path: `^/api/conversations.${verb}$`, times: 1 })
    }
    await walk()
    await room.work(20)
    expect(await talk.inside(channel)).toEqual([ada.user])
    expect(await talk.dead()).toEqual([])
    const log = await room.sql<{ target_id: string }[]>`
      select distinct target_id from private.audit_log where action like 'slack.%channel' order by 1`
    expect(log.map(({ target_id }) => target_id)).toEqual(
      expect.arrayContaining([ada.member, cyn.member]),
    )
  })
})

describe('What the app may not do', () => {
  const scopes = ['channels:read', 'groups:read', 'users:read', 'users:read.email', 'chat:write']

  it('is remembered, asked once a day, carried by the off-boarding list, and done when it may', async () => {
    const ada = await talk.inSlack('ada')
    const cyn = await talk.inSlack('cyn')
    const dea = await talk.inSlack('dea')
    await ended(cyn.member, 30)
    await ended(dea.member, 30)
    const channel = await channelFor([cyn.user, dea.user])
    await room.control('scopes', { token: 'bot', scopes })
    await walk()
    await room.work()
    expect((await problem()).problem).toMatch(/missing_scope/)
    expect(await problem()).toMatchObject({ to_put_in: '1', to_take_out: '2' })
    expect(talk.calls('conversations.kick')).toBe(1)
    expect(await talk.dead()).toEqual([])
    await room.sql`select private.list_slack_offboarding(private.clock())`
    await room.work()
    expect(talk.calls('conversations.kick')).toBe(1)
    expect((await listed()).map(({ in_channels }) => in_channels)).toEqual([
      ['members'],
      ['members'],
    ])
    // The next day, still not; then an admin gives the scope.
    await walk()
    await room.work()
    expect(talk.calls('conversations.kick')).toBe(2)
    await room.control('scopes', { token: 'bot', scopes: [...scopes, 'groups:write'] })
    await walk()
    await room.work(30)
    expect(await problem()).toEqual({ problem: null, to_put_in: '0', to_take_out: '0' })
    expect(await talk.inside(channel)).toEqual([ada.user])
  })

  it('because it is not in the channel, or the channel is gone, is told of too', async () => {
    await talk.inSlack('ada')
    await channelFor([], { withApp: false })
    await walk()
    await room.work()
    expect((await problem()).problem).toMatch(/not_in_channel|channel_not_found/)
    expect(await talk.dead()).toEqual([])
  })

  it('about one person is remembered for her, and the others are moved', async () => {
    const ada = await talk.inSlack('ada')
    const bea = await talk.inSlack('bea')
    const channel = await channelFor()
    await room.control('answers', { method: 'conversations.invite', error: 'cant_invite' })
    await walk()
    await room.work()
    expect([[ada.user], [bea.user]]).toContainEqual(await talk.inside(channel))
    expect((await room.sql`select refused from admin.slack_channels`)[0]!.refused).toBe('1')
    await walk()
    await room.work()
    expect(talk.calls('conversations.invite')).toBe(2)
  })
})

describe('Somebody who had her account deleted', () => {
  it('stays on the list by her number alone, is taken out, and is forgotten once Slack says she is gone', async () => {
    const { member, user } = await talk.inSlack('ada')
    const channel = await channelFor([user])
    await walk()
    await room.work()
    await room.sql`select private.erase_slack(${member}, private.clock())`
    await room.sql`delete from public.members where id = ${member}`
    expect(await listed()).toMatchObject([
      { slack_user_id: user, reason: 'erased', in_channels: ['members'] },
    ])
    await room.sql`select private.list_slack_offboarding(private.clock())`
    await walk()
    await room.work()
    expect(await talk.inside(channel)).toEqual([])
    expect(await talk.notes('look_after_erased')).toEqual(['she is still there'])
    expect(await listed()).toHaveLength(1)
    await room.control('people/change', { who: user, deleted: true, quiet: true })
    await room.sql`select private.list_slack_offboarding(private.clock() + interval '1 day')`
    await room.work()
    expect(await listed()).toEqual([])
    const [left] = await room.sql`
      select (select count(*) from private.slack_offboarding where slack_user_id = ${user})
           + (select count(*) from private.slack_channel_people where slack_user_id = ${user})
           + (select count(*) from private.audit_log l where l::text like ${`%${user}%`}) as rows`
    expect(Number(left!.rows)).toBe(0)
  })
})
