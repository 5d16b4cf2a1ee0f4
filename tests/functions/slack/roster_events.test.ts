import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { signature } from '../../../scripts/sandbox/slack/door.ts'
import { openRoom, type Room, SECRET } from './room.ts'

let room: Room
beforeAll(async () => {
  room = await openRoom()
})
beforeEach(() => room.forget())
afterAll(() => room?.close())

/** Posts to the events door, signed unless said otherwise. */
async function knock(
  body: object | string,
  { later = 0, secret = SECRET, headers = {} as Record<string, string> } = {},
) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await room.app.request('/slack/events', {
    method: 'POST',
    body: text,
    headers: {
      'content-type': 'application/json',
      ...signature(secret, text, new Date(Date.now() + later * 1000)),
      ...headers,
    },
  })
  return { status: response.status, body: await response.json() }
}
let count = 0
const event = (type: string, user: object | null, id = `Ev${++count}`) => ({
  type: 'event_callback',
  event_id: id,
  event_time: 1,
  event: { type, ...(user ? { user } : {}) },
})
const user = (id: string, email: string, more: object = {}) => ({
  id,
  team_id: 'T0SANDBOX',
  updated: 100,
  profile: { email, display_name: 'Ada P.' },
  ...more,
})
const kept = () => room.sql`select * from private.slack_events order by event_id`

/** Waits until the sandbox has delivered what it has. */
async function delivered(events: number) {
  await expect
    .poll(
      async () =>
        room.slack.ledger.entries().filter(({ effect }) => effect === 'webhook.delivered').length,
    )
    .toBe(events)
}

describe('Who may knock at the events door', () => {
  it('answers the question whether it is ours, when Slack signed it', async () => {
    expect(await room.control('verify', {})).toMatchObject({
      status: 200,
      body: { challenge: 'sandbox-challenge' },
    })
    const asked = { type: 'url_verification', challenge: 'abc' }
    expect((await knock(asked, { secret: 'guessed' })).status).toBe(401)
  })

  it.each([
    ['a wrong secret', {}, { secret: 'guessed' }, 401, /does not fit/],
    ['no signature', {}, { headers: { 'x-slack-signature': '' } }, 400, /missing/],
    [
      'a signature of another form',
      {},
      { headers: { 'x-slack-signature': 'v1=00' } },
      401,
      /not of the form/,
    ],
    [
      'a time that is no number',
      {},
      { headers: { 'x-slack-request-timestamp': 'now' } },
      401,
      /form/,
    ],
    ['a replay after five minutes', {}, { later: -301 }, 401, /300 seconds old/],
    ['a time ahead', {}, { later: 900 }, 401, /in the future/],
    ['a signed body of another shape', { type: 'event_callback' }, {}, 400, /event_id/],
    ['a signed body that is no JSON', 'payload=1', {}, 400, /not JSON/],
  ])('refuses %s', async (_, body, how, status, words) => {
    const answer = await knock(body, how)
    expect(answer.status).toBe(status)
    expect(answer.body.error.message).toMatch(words)
    expect(await kept()).toEqual([])
  })

  it('takes the secret before, while it is replaced', async () => {
    room.settings.SLACK_SIGNING_SECRET_PREVIOUS = 'the one before'
    expect((await knock(event('app_home_opened', null), { secret: 'the one before' })).status).toBe(
      200,
    )
    delete room.settings.SLACK_SIGNING_SECRET_PREVIOUS
    expect((await knock(event('app_home_opened', null), { secret: 'the one before' })).status).toBe(
      401,
    )
  })

  it('is not open without a secret', async () => {
    room.settings.SLACK_SIGNING_SECRET = ' '
    expect((await knock(event('team_join', null))).status).toBe(503)
    expect(room.lines.join()).toContain('"setting":"SLACK_SIGNING_SECRET"')
    room.settings.SLACK_SIGNING_SECRET = SECRET
  })
})

describe('What an event changes', () => {
  it('counts within moments: she joins, becomes a guest, and is deactivated', async () => {
    await room.member('ada@example.org')
    await room.control('people', { email: 'ada@example.org', displayName: 'Ada P.' })
    await delivered(1)
    expect(await room.standing()).toEqual({ ada: 'active' })
    await room.control('people/change', {
      who: 'ada@example.org',
      isRestricted: true,
      updated: 2e9,
    })
    await delivered(2)
    expect(await room.standing()).toEqual({ ada: 'inactive' })
    await room.control('people/change', { who: 'ada@example.org', deleted: true, updated: 2e9 + 1 })
    await delivered(3)
    expect(await room.standing()).toEqual({ ada: 'deactivated' })
  })

  it('counts once, though it comes ten times at once', async () => {
    await room.member('ada@example.org')
    const one = event('team_join', user('U0ADA', 'ada@example.org'))
    const answers = await Promise.all(Array.from({ length: 10 }, () => knock(one)))
    const outcomes = answers.map(({ body }) => body.outcome).sort()
    expect(outcomes).toEqual(['applied', ...Array(9).fill('duplicate')])
    expect(await kept()).toHaveLength(1)
    const [settings] = await room.sql`select joined_since from private.slack_settings`
    expect(settings!.joined_since).toBe(1)
  })

  it('does not count against a newer one that came before it', async () => {
    await room.member('ada@example.org')
    await knock(
      event('user_change', user('U0ADA', 'ada@example.org', { deleted: true, updated: 200 })),
    )
    const late = await knock(
      event('user_change', user('U0ADA', 'ada@example.org', { updated: 150 })),
    )
    expect(late.body.outcome).toBe('older')
    expect(await room.standing()).toEqual({ ada: 'deactivated' })
  })

  it('survives deliveries that are doubled, turned round and forged', async () => {
    await room.member('ada@example.org')
    const switches = (wish: object) =>
      fetch(`${room.slack.url}/_sandbox/webhooks`, { method: 'POST', body: JSON.stringify(wish) })
    await switches({ duplicate: true, reorder: true, forge: true, pause: true })
    await room.control('people', { email: 'ada@example.org', updated: 100 })
    await room.control('people/change', {
      who: 'ada@example.org',
      isRestricted: true,
      updated: 200,
    })
    await switches({ pause: false })
    await delivered(4)
    expect(await room.standing()).toEqual({ ada: 'inactive' })
    expect((await kept()).map(({ outcome }) => outcome).sort()).toEqual(['applied', 'older'])
    const forged = room.slack.ledger.entries({ effect: 'webhook.forged' })
    expect(forged.map(({ detail }) => detail?.status)).toEqual([401, 401])
  })

  it.each([
    ['a bot', { is_bot: true }, 'unknown person'],
    ['somebody who was only invited', { is_invited_user: true }, 'unknown person'],
    ['somebody of another workspace', { team_id: 'T0OTHER' }, 'unknown person'],
  ])('is nobody of ours when it is about %s', async (_, more, outcome) => {
    await room.member('ada@example.org')
    await room.sql`select private.note_slack_workspace('T0SANDBOX', 'Ours', 'https://ours.slack.com/')`
    const answer = await knock(event('user_change', user('U0ADA', 'ada@example.org', more)))
    expect(answer.body.outcome).toBe(outcome)
    expect(await room.standing()).toEqual({ ada: 'not asked for' })
  })

  it('keeps nothing of people who are no members, and nothing of what was said', async () => {
    await knock(event('team_join', user('U0ZOE', 'zoe@example.net')))
    const said = {
      ...event('message', null),
      event: { type: 'message', text: 'a secret', user: 'U0ZOE' },
    }
    await knock(said)
    const rows = await kept()
    expect(rows.map(({ type, outcome }) => [type, outcome])).toEqual([
      ['team_join', 'unknown person'],
      ['message', 'ignored'],
    ])
    expect(JSON.stringify(rows)).not.toMatch(/zoe|U0ZOE|secret/)
    expect(room.lines.join()).not.toMatch(/zoe|secret/)
  })

  it('does not lose her better account to another one of hers', async () => {
    const ada = await room.member('ada@example.org')
    await room.sql`
      insert into public.member_emails (email, member_id, verified_at, source)
      values ('ada.work@example.org', ${ada}, private.clock(), 'admin')`
    await knock(event('team_join', user('U0ADA', 'ada@example.org')))
    const other = user('U0WORK', 'ada.work@example.org', { deleted: true, updated: 300 })
    expect((await knock(event('user_change', other))).body.outcome).toBe('another account of hers')
    const [held] = await room.sql`select slack_user_id, status from private.slack_people`
    expect(held).toEqual({ slack_user_id: 'U0ADA', status: 'active' })
  })
})
