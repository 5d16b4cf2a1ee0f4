import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../functions/_shared/log.ts'
import type { SlackClient } from '../../../functions/_shared/providers/slack.ts'
import { postMessage } from '../../../functions/slack/jobs/post_message.ts'
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
    room.slack.faults.add({ kind: 'rate_limit', path, times: 1, retryAfter: 40 })
    const id = await talk.owe('one', member)
    await room.drain()
    const [row] = await room.sql<{ waits: number }[]>`
      select extract(epoch from run_at - private.clock())::integer as waits from jobs.delayed`
    expect(row!.waits).toBeGreaterThanOrEqual(39)
    const places = await room.sql<{ place: string }[]>`
      select place from private.slack_paces where free_at > private.clock() + interval '30 seconds' order by place`
    expect(places.map(({ place }) => place)).toEqual(['*', user])
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

describe('A post whose answer got lost', () => {
  it.each([
    ['a time-out after it happened', { kind: 'timeout_after' as const }],
    ['garbage instead of an answer', { kind: 'garbage' as const }],
    ['a server error', { kind: 'server_error' as const }],
    ['a time-out before it happened', { kind: 'timeout_before' as const }],
  ])('through %s ends as one message', async (_what, fault) => {
    const { member, user } = await talk.inSlack('ada')
    room.slack.faults.add({ ...fault, path, times: 1 })
    const id = await talk.owe('one', member)
    await room.drain()
    await talk.later()
    await room.work()
    expect(await talk.posted(user)).toHaveLength(1)
    expect(await talk.held(id)).toMatchObject({ state: 'sent' })
  })

  it.each(['fatal_error', 'internal_error'])(
    'through %s, which says nothing of what happened, ends as one message',
    async (error) => {
      const { member, user } = await talk.inSlack('ada')
      await room.control('answers', { method: 'chat.postMessage', error, after: true })
      await talk.owe('one', member)
      await room.work()
      expect(await talk.posted(user)).toHaveLength(1)
      expect(await talk.notes('post_message')).toContain('it had been posted before')
    },
  )

  it('is not made again before Slack had time to show it', async () => {
    const { member, user } = await talk.inSlack('ada')
    room.slack.faults.add({ kind: 'timeout_before', path, times: 1 })
    await talk.owe('one', member)
    await room.work(4)
    expect(talk.calls('chat.postMessage')).toBe(1)
    await talk.later()
    await room.work()
    expect(await talk.posted(user)).toHaveLength(1)
  })

  it('in a channel that may not be read is never posted twice: an admin looks', async () => {
    await talk.owe('one', undefined, talk.alert)
    room.slack.faults.add({ kind: 'timeout_after', path, times: 1 })
    await room.drain()
    await room.control('answers', {
      method: 'conversations.history',
      error: 'missing_scope',
      times: 9,
    })
    await talk.later()
    await room.work()
    expect(await talk.posted('C0ALERTS')).toHaveLength(1)
    expect(await talk.dead()).toMatchObject([{ kind: 'post_message', reason: 'misconfigured' }])
  })
})

describe('A worker that dies', () => {
  const crash = new Error('The worker was stopped')
  /** Does the job once, with a client that may die on the way. */
  const attempt = (id: number, slack: Partial<SlackClient> = {}) =>
    postMessage(
      { id: 1, kind: 'post_message', args: { message_id: id }, attempt: 1 },
      {
        ...room.deps,
        slack: { ...room.client, ...slack },
        signal: new AbortController().signal,
        log: silentLog,
      },
    )

  async function once(die: (id: number) => Promise<unknown>) {
    const { member, user } = await talk.inSlack('ada')
    const id = await talk.owe('one', member)
    await die(id)
    await talk.later()
    await room.work()
    expect(await talk.posted(user)).toHaveLength(1)
    expect(await talk.held(id)).toMatchObject({ state: 'sent' })
  }

  it('after it took its turn', () =>
    once((id) => room.sql`select private.slack_message_to_send(${id}, private.clock())`))

  it('after it began and before it posted', () =>
    once((id) => expect(attempt(id, { post: () => Promise.reject(crash) })).rejects.toThrow(crash)))

  it('after it posted and before it wrote that down', () =>
    once((id) =>
      expect(
        attempt(id, {
          post: async (message) => {
            await room.client.post(message)
            throw crash
          },
        }),
      ).rejects.toThrow(crash),
    ))

  it('while it looked for what it might have posted', () =>
    once(async (id) => {
      await expect(attempt(id, { post: () => Promise.reject(crash) })).rejects.toThrow(crash)
      await talk.later()
      await expect(attempt(id, { findPost: () => Promise.reject(crash) })).rejects.toThrow(crash)
    }))

  it('after it found that nothing had been posted, and began again', () =>
    once(async (id) => {
      await expect(attempt(id, { post: () => Promise.reject(crash) })).rejects.toThrow(crash)
      await talk.later()
      await expect(attempt(id, { post: () => Promise.reject(crash) })).rejects.toThrow(crash)
    }))

  it('after it wrote that down, and before it said that it is done', () =>
    once(async (id) => {
      expect(await attempt(id)).toEqual({ note: 'posted' })
      expect(await attempt(id)).toEqual({ note: 'nothing left to do' })
    }))

  it('leaves a post that two others took up, and it is made once', async () => {
    const { member, user } = await talk.inSlack('ada')
    const id = await talk.owe('one', member)
    await expect(attempt(id, { post: () => Promise.reject(crash) })).rejects.toThrow(crash)
    await talk.later()
    await Promise.allSettled([attempt(id), attempt(id)])
    await room.work()
    expect(await talk.posted(user)).toHaveLength(1)
  })
})
