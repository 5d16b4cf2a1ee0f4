import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { verify } from '../../../functions/slack/signed_body.ts'
import { signature } from '../../../scripts/sandbox/slack/door.ts'
import { approvalsOf } from './approvals.ts'
import { openRoom, type Room, SECRET } from './room.ts'

let room: Room
const approvals = approvalsOf(() => room)
const { admin, asks, form, kept, knock, posted } = approvals
beforeAll(async () => {
  room = await openRoom()
  await approvals.begin()
})
beforeEach(() => approvals.forget())
afterAll(() => room?.close())

describe('The door of buttons', () => {
  it('takes nothing that Slack did not sign within five minutes', async () => {
    const kim = await admin('kim')
    const id = await asks()
    await room.work()
    const { ts, mark } = await posted(id)
    const body = form({
      type: 'block_actions',
      user: { id: kim.user },
      team: { id: 'T0SANDBOX' },
      container: { channel_id: 'C0ALERTS', message_ts: ts },
      actions: [{ action_id: 'proposal_approve', value: `${id}.${mark}` }],
    })
    expect((await knock(body, { secret: 'guessed' })).status).toBe(401)
    expect((await knock(body, { age: 301 })).status).toBe(401)
    // Far ahead, as the time that passes on the way brings it nearer; the last second is told by `verify`.
    expect((await knock(body, { age: -900 })).status).toBe(401)
    const bare = await room.app.request('/slack/interactions', { method: 'POST', body })
    expect(bare.status).toBe(400)
    expect(await kept(id)).toMatchObject({ state: 'waiting' })
    expect((await knock(body)).status).toBe(200)
    expect(await kept(id)).toMatchObject({ state: 'approved' })
  })

  it.each([
    [-301, 'future'],
    [-300, 'valid'],
    [300, 'valid'],
    [301, 'stale'],
  ])('finds a signature of %i seconds ago %s', (age, verdict) => {
    const now = new Date('2026-11-21T12:00:00Z')
    const signed = signature(SECRET, 'x', new Date(now.getTime() - age * 1000))
    const time = signed['x-slack-request-timestamp']
    const said = verify(Buffer.from('x'), time, signed['x-slack-signature'], [SECRET], now)
    expect(said).toBe(verdict)
  })

  it('says yes to buttons that only lead somewhere, and no to what is no interaction', async () => {
    const link = {
      type: 'block_actions',
      user: { id: 'U0SOMEONE' },
      container: { channel_id: 'C1', message_ts: '1.1' },
      actions: [{ action_id: 'way_0' }],
    }
    expect((await knock(form(link))).status).toBe(200)
    expect((await knock(form({ type: 'view_submission' }))).status).toBe(200)
    expect((await knock('payload=%7Bnot-json')).status).toBe(400)
    expect((await knock('nothing=here')).status).toBe(400)
    expect((await room.app.request('/slack/interactions')).status).toBe(405)
  })

  it('decides also while Slack does not answer, and never calls an address from the request', async () => {
    const kim = await admin('kim')
    const id = await asks()
    await room.work()
    const { ts, mark } = await posted(id)
    await room.control('answers', { method: 'chat.postEphemeral', status: 500 })
    const payload = {
      type: 'block_actions',
      user: { id: kim.user },
      team: { id: 'T0SANDBOX' },
      response_url: `${room.slack.url}/stolen`,
      container: { channel_id: 'C0ALERTS', message_ts: ts },
      actions: [{ action_id: 'proposal_decline', value: `${id}.${mark}` }],
    }
    expect((await knock(form(payload))).status).toBe(200)
    expect((await knock(form(payload))).status).toBe(200)
    await room.settled()
    expect(room.lines.join()).toContain('slack.not_answered')
    expect(await kept(id)).toMatchObject({ state: 'declined' })
    expect(room.slack.requests.entries().some(({ path }) => path === '/stolen')).toBe(false)
  })
})
