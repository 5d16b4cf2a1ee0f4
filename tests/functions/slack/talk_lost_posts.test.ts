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
    await room.drain()
    // Slack's time to show it does not pass while this test runs.
    await room.sql`update jobs.effects set started_at = started_at + interval '1 hour'`
    await room.work(4)
    expect(talk.calls('chat.postMessage')).toBe(1)
    await room.sql`update jobs.effects set started_at = started_at - interval '1 hour'`
    await talk.later()
    await room.work()
    expect(await talk.posted(user)).toHaveLength(1)
  })

  it('is not made again when the look for it began before Slack had that time', async () => {
    const { member, user } = await talk.inSlack('ada')
    room.slack.faults.add({ kind: 'timeout_before', path, times: 1 })
    await talk.owe('one', member)
    await room.drain()
    await room.sql`update jobs.effects set started_at = private.clock() + interval '1 hour'`
    // The look takes two hours, and another worker's post comes up behind it.
    let passed = 0
    const slow = room.workerOf({
      ...room.deps,
      now: () => new Date(room.clock.now().getTime() + passed),
      slack: {
        ...room.client,
        findPost: async (...where) => {
          const found = await room.client.findPost(...where)
          passed += 2 * 3_600_000
          return found
        },
      },
    })
    await room.sql`update jobs.delayed set run_at = private.clock()`
    await slow.drain()
    expect(talk.calls('conversations.history')).toBe(1)
    expect(talk.calls('chat.postMessage')).toBe(1)
    await room.sql`update jobs.effects set started_at = started_at - interval '1 hour'`
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
