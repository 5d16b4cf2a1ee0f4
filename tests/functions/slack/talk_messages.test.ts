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

const path = '^/api/chat.postMessage$'

describe('A Slack message', () => {
  it('reaches a member in her own conversation, in blocks and in words, and carries its mark', async () => {
    const { member, user } = await talk.inSlack('ada')
    const id = await talk.owe('one', member)
    await room.work()
    const [message, ...more] = await talk.posted(user)
    expect(more).toEqual([])
    expect(message!.text.replaceAll('\u2060', '')).toBe('News about Dinner')
    expect(message!.blocks.map(({ text }) => text?.text)).toContain('Bring a friend')
    const held = await talk.held(id)
    expect(held).toMatchObject({ state: 'sent', ts: message!.ts })
    expect(message!.metadata.event_payload.key).toBe(held.mark)
    expect(room.lines.join()).not.toMatch(/Bring a friend|Dinner|ada/)
  })

  it('is posted once, however often it is owed and by however many workers', async () => {
    const { member, user } = await talk.inSlack('ada')
    const ids = await Promise.all([1, 2, 3].map(() => talk.owe('same', member)))
    expect(new Set(ids).size).toBe(1)
    await room.sql`select jobs.enqueue('slack', 'post_message', jsonb_build_object('message_id', ${ids[0]!}::integer))`
    await Promise.all([room.workerOf(room.deps).drain(), room.workerOf(room.deps).drain()])
    await room.work()
    expect(await talk.posted(user)).toHaveLength(1)
  })

  it('keeps the order of its channel', async () => {
    for (let number = 1; number <= 6; number++) {
      const things = [{ ...talk.alert.things[0], id: `${number}` }]
      await talk.owe(`a${number}`, undefined, { things, more: 0 })
    }
    await room.work(40)
    const told = (await talk.posted('C0ALERTS')).map(({ blocks }) => blocks[1]!.text!.text)
    expect(told.map((text) => text.split('\n')[0])).toEqual(
      [1, 2, 3, 4, 5, 6].map((number) => `Dead job ${number}`),
    )
  })

  it('is withheld from who does not want it, and no call is made', async () => {
    const { member } = await talk.inSlack('ada')
    await room.sql`insert into public.consents (member_id, channel, granted, source) values (${member}, 'slack', false, 'test')`
    const id = await talk.owe('no', member)
    await room.work()
    expect(await talk.held(id)).toMatchObject({ state: 'withheld' })
    expect(talk.calls('chat.postMessage')).toBe(0)
    expect(await talk.notes('post_message')).toEqual([
      'withheld: She does not want messages in Slack',
    ])
  })

  it('to somebody who was erased is not sent', async () => {
    const { member } = await talk.inSlack('ada')
    await talk.owe('gone', member)
    await room.sql`delete from public.members where id = ${member}`
    await room.work()
    expect(talk.calls('chat.postMessage')).toBe(0)
  })

  it('that Slack refuses for her is over; one that it refuses for a channel waits for an admin', async () => {
    const { member, user } = await talk.inSlack('ada')
    await room.control('people/change', { who: user, deleted: true, quiet: true })
    const toHer = await talk.owe('off', member)
    await room.sql`update private.slack_channels set channel_id = 'C0NOWHERE'`
    const toChannel = await talk.owe('lost', undefined, talk.alert)
    await room.work()
    expect(await talk.held(toHer)).toMatchObject({
      state: 'failed',
      reason: 'Slack said user_disabled',
    })
    expect(await talk.held(toChannel)).toMatchObject({ state: 'owed' })
    const dead = await talk.dead()
    expect(dead).toMatchObject([{ kind: 'post_message', reason: 'misconfigured' }])
    expect(dead[0]!.last_error).toMatch(/channel_not_found: bring the app into this channel/)
    // Once it is set right, nothing is lost.
    await room.sql`update private.slack_channels set channel_id = 'C0ALERTS'`
    await room.sql`select admin.replay_dead_jobs('slack')`
    await room.work()
    expect(await talk.posted('C0ALERTS')).toHaveLength(1)
  })

  it('that cannot be filled in says so, without what was written', async () => {
    const id = await talk.owe('odd', undefined, { things: 'Secret words' })
    await room.work()
    expect(await talk.held(id)).toMatchObject({ state: 'failed' })
    expect(await talk.dead()).toMatchObject([{ reason: 'refused' }])
    expect(JSON.stringify([await talk.dead(), room.lines])).not.toMatch(/Secret words/)
  })
})

describe('When Slack wants patience', () => {
  it('with 429, everybody waits as long as it asks, and the message goes out afterwards', async () => {
    const { member, user } = await talk.inSlack('ada')
    // So long that it does not pass while this test runs.
    room.slack.faults.add({ kind: 'rate_limit', path, times: 1, retryAfter: 3600 })
    const id = await talk.owe('one', member)
    const [{ began } = { began: '' }] = await room.sql`select private.clock()::text as began`
    await room.drain()
    const waits = await room.sql`
      select run_at >= ${began}::text::timestamptz + interval '1 hour' as long from jobs.delayed`
    expect(waits).toEqual([{ long: true }])
    const places = await room.sql`
      select place, free_at >= ${began}::text::timestamptz + interval '1 hour' as long
        from private.slack_paces order by place`
    expect(places).toEqual([
      { place: '*', long: true },
      { place: user, long: true },
    ])
    await talk.owe('two', undefined, talk.alert)
    await room.drain()
    expect(talk.calls('chat.postMessage')).toBe(1)
    await room.sql`update private.slack_paces set free_at = private.clock()`
    await room.work()
    expect(await talk.held(id)).toMatchObject({ state: 'sent' })
    expect(await talk.posted(user)).toHaveLength(1)
    expect(await talk.dead()).toEqual([])
  })

  it('with 200 and rate_limited, that channel waits and the others do not', async () => {
    const { member, user } = await talk.inSlack('ada')
    await room.control('answers', { method: 'chat.postMessage', error: 'rate_limited' })
    await talk.owe('one', member)
    await room.drain()
    // The half minute that it waits does not pass while this test runs.
    await room.sql`update private.slack_paces set free_at = free_at + interval '1 hour' where place = ${user}`
    await room.sql`update jobs.delayed set run_at = run_at + interval '1 hour'`
    await talk.owe('two', undefined, talk.alert)
    await room.drain()
    expect(await talk.posted(user)).toHaveLength(0)
    expect(await talk.posted('C0ALERTS')).toHaveLength(1)
    await room.sql`update private.slack_paces set free_at = private.clock()`
    await room.work()
    expect(await talk.posted(user)).toHaveLength(1)
  })

  it('while a lost message is looked for, it is not posted meanwhile', async () => {
    const { member, user } = await talk.inSlack('ada')
    room.slack.faults.add({ kind: 'timeout_after', path, times: 1 })
    await talk.owe('one', member)
    await room.drain()
    room.slack.faults.add({
      kind: 'rate_limit',
      path: '^/api/conversations.history$',
      times: 2,
      retryAfter: 1,
    })
    await room.work()
    expect(await talk.posted(user)).toHaveLength(1)
    expect(talk.calls('chat.postMessage')).toBe(1)
  })
})
