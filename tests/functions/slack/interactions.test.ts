import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { approvalsOf } from './approvals.ts'
import { openRoom, type Room } from './room.ts'
import { talkOf } from './talk.ts'

let room: Room
const talk = talkOf(() => room)
const approvals = approvalsOf(() => room)
const { admin, asks, form, holds, kept, knock, posted, press, whispered } = approvals
beforeAll(async () => {
  room = await openRoom()
  await approvals.begin()
})
beforeEach(() => approvals.forget())
afterEach(() => {
  vi.restoreAllMocks()
})
afterAll(() => room?.close())

describe('A proposal in Slack', () => {
  it('is told when it waits, approved by a button, and the message then says by whom', async () => {
    const kim = await admin('kim')
    const id = await asks('<!channel> *Approve* https://evil.example.org\nat once')
    await room.work()
    const { ts, text, mark } = await posted(id)
    expect(text).toContain('Delete a member for good')
    expect(text).toContain('Everything about her is erased here for good')
    expect(text).toMatch(/"Member since \w+ \d{4}\."/)
    expect(text).not.toContain('@example.org')
    expect(text).toContain('Asked for by agent:helper')
    expect(text).toContain('&lt;!channel&gt; *Approve* https://evil.example.org at once')
    expect(text).toContain(`"value":"${id}.${mark}"`)
    expect(text).toContain('/admin/proposals/')
    const [owed] = await room.sql`select data from private.slack_messages where mark = ${mark}`
    expect(owed!.data).toEqual({ proposal: id })

    const before = room.slack.requests.entries().length
    expect(await press(kim.user, ts)).toMatchObject({ status: 200 })
    // Slack waits three seconds: the answer asks nobody but the database.
    expect(room.slack.requests.entries()).toHaveLength(before)
    expect(await kept(id)).toEqual({ state: 'approved', decided_by: kim.member })
    await room.work()
    const after = await posted(id)
    expect(after.ts).toBe(ts)
    expect(after.text).toContain('Approved by kim, and being carried out.')
    expect(after.text).not.toContain('proposal_approve')
    expect(room.lines.join()).not.toMatch(/evil|erased\.|kim@/)
  })

  it('goes to its own channel where there is one', async () => {
    const { id: own } = await room.control('channels', { name: 'approvals' })
    await room.sql`update private.slack_channels set channel_id = ${own} where purpose = 'approvals'`
    await asks()
    await room.work()
    await room.sql`update private.slack_channels set channel_id = null where purpose = 'approvals'`
    expect(await talk.posted(own)).toHaveLength(1)
    expect(await talk.posted('C0ALERTS')).toHaveLength(0)
  })

  it('says what became of it when it was decided while the message was on its way', async () => {
    await admin('kim')
    const first = await asks()
    await room.sql`update private.agent_proposals set state = 'declined' where id = ${first}`
    await room.work()
    expect((await posted(first)).text).toContain('Declined by an admin in Studio.')
    expect((await posted(first)).text).not.toContain('proposal_approve')

    // Decided between the post and its record: the message still has its buttons.
    const second = await asks()
    await room.control('answers', { method: 'chat.postMessage', status: 500, after: true })
    await room.drain()
    await room.sql`update private.agent_proposals set state = 'declined' where id = ${second}`
    await talk.later()
    await room.work()
    expect((await posted(second)).text).toContain('Declined by an admin in Studio.')
  })

  it('expires, and a late press says so', async () => {
    const kim = await admin('kim')
    const id = await asks()
    await room.work()
    const { ts } = await posted(id)
    await room.sql`select private.expire_proposals(private.clock() + interval '73 hours')`
    await press(kim.user, ts)
    expect(await whispered(kim.user)).toContain('Nobody decided in time, so it expired')
    await room.work()
    expect((await posted(id)).text).toContain('Nobody decided in time, so it expired.')
    expect(await kept(id)).toEqual({ state: 'expired', decided_by: null })
  })
})

describe('A press', () => {
  it('decides once, however often it comes; the second admin hears who was first', async () => {
    const [kim, ann] = [await admin('kim'), await admin('ann')]
    const id = await asks()
    await room.work()
    const { ts } = await posted(id)
    const all = await Promise.all([
      press(kim.user, ts, 'proposal_decline'),
      press(kim.user, ts, 'proposal_decline'),
      press(kim.user, ts, 'proposal_decline'),
    ])
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(await kept(id)).toEqual({ state: 'declined', decided_by: kim.member })
    await press(ann.user, ts)
    expect(await whispered(ann.user)).toBe('Declined by kim')
    expect(await kept(id)).toEqual({ state: 'declined', decided_by: kim.member })
    const [log] = await room.sql`
      select count(*)::integer as count from private.audit_log where target_id = ${id} and action = 'agents.proposal_declined'`
    expect(log!.count).toBe(1)
  })

  it('on the site, in Slack and in Studio at the same moment decides once', async () => {
    const kim = await admin('kim')
    const id = await asks()
    await room.work()
    const { ts } = await posted(id)
    const site = room.sql`select private.decide_proposal(${id}, false, ${kim.member}, 'No', private.clock()) as said`
    const studio = room.sql`update private.agent_proposals set state = 'approved' where id = ${id}`
    await Promise.allSettled([press(kim.user, ts), site, studio, press(kim.user, ts)])
    const decisions = await room.sql`
      select action from private.audit_log where target_id = ${id} and action in ('agents.proposal_approved', 'agents.proposal_declined')`
    expect(decisions).toHaveLength(1)
    const [owed] = await room.sql`
      select count(*)::integer as count from jobs.live() where kind = 'delete_proposed' and args ->> 'proposal_id' = ${id}`
    expect(owed!.count).toBe((await kept(id))!.state === 'approved' ? 1 : 0)
  })

  it.each([
    ['a member', async () => talk.inSlack('ada'), 'Only admins decide about proposals'],
    [
      'who works with the agent',
      async () => {
        const made = await admin('hal')
        await holds(made.member)
        return made
      },
      'You work with this agent. Another admin decides',
    ],
    [
      'an admin, while nobody knows who works with the agent,',
      async () => {
        const made = await admin('ann')
        await holds(null)
        return made
      },
      'Nobody knows who works with this agent',
    ],
    [
      'an admin who is only a guest there',
      async () => {
        const made = await admin('gus')
        await room.sql`update private.slack_people set status = 'inactive' where member_id = ${made.member}`
        return made
      },
      'we do not know you by this account',
    ],
    [
      'an admin who was erased',
      async () => {
        const made = await admin('ivy')
        await room.sql`delete from public.members where id = ${made.member}`
        return made
      },
      'we do not know you by this account',
    ],
  ])('of %s changes nothing, and only she is told why', async (_who, make, why) => {
    await admin('kim')
    const id = await asks()
    await room.work()
    const { ts } = await posted(id)
    const { user } = await make()
    await room.control('channels/members', { channel: 'C0ALERTS', add: [user] })
    expect((await press(user, ts)).status).toBe(200)
    expect(await whispered(user)).toContain(why)
    expect(await kept(id)).toEqual({ state: 'waiting', decided_by: null })
  })

  it('with a value that we never gave, or that of another message, changes nothing', async () => {
    const kim = await admin('kim')
    const [one, other] = [await asks(), await asks()]
    await room.work()
    const [first, second] = [await posted(one), await posted(other)]
    // The button of one under the message of the other, a mark that is guessed, and plain nonsense.
    await press(kim.user, second.ts, 'proposal_approve', `${one}.${first.mark}`)
    await press(kim.user, first.ts, 'proposal_approve', `${one}.${crypto.randomUUID()}`)
    await press(kim.user, first.ts, 'proposal_approve', `${one}.${second.mark}`)
    expect(await whispered(kim.user)).toContain('This button belongs to no proposal that we know')
    for (const value of ['nonsense', one, `${one}.${first.mark}; drop table x`])
      expect((await press(kim.user, first.ts, 'proposal_approve', value)).status).toBe(400)
    expect(await kept(one)).toMatchObject({ state: 'waiting' })
    expect(await kept(other)).toMatchObject({ state: 'waiting' })
  })

  it('answers an admin who cannot decide before Slack hears why', async () => {
    const kim = await admin('kim')
    const id = await asks()
    await room.work()
    const { ts } = await posted(id)
    await room.sql`update private.agent_proposals set state = 'declined' where id = ${id}`
    // Slack keeps its answer back until ours is there.
    const answered = Promise.withResolvers<void>()
    const { whisper } = room.client
    vi.spyOn(room.client, 'whisper').mockImplementation(async (...said) => {
      await answered.promise
      await whisper(...said)
    })
    try {
      expect(await press(kim.user, ts)).toMatchObject({ status: 200 })
    } finally {
      answered.resolve()
    }
    expect(await whispered(kim.user)).toContain('Declined')
  })

  it('of somebody from another workspace changes nothing', async () => {
    const kim = await admin('kim')
    const id = await asks()
    await room.work()
    const { ts, mark } = await posted(id)
    await room.sql`update private.slack_settings set team_id = 'T0SANDBOX'`
    const payload = {
      type: 'block_actions',
      user: { id: kim.user, team_id: 'T0OTHER' },
      team: { id: 'T0SANDBOX' },
      container: { channel_id: 'C0ALERTS', message_ts: ts },
      actions: [{ action_id: 'proposal_approve', value: `${id}.${mark}` }],
    }
    expect((await knock(form(payload))).status).toBe(200)
    expect(await whispered(kim.user)).toContain('our own workspace')
    expect(await kept(id)).toMatchObject({ state: 'waiting' })
  })
})
