import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openRoom, type Room } from './room.ts'

let room: Room
beforeAll(async () => {
  room = await openRoom()
})
beforeEach(async () => {
  await room.forget()
  // A workspace is connected from the first walk on.
  await room.sql`select private.note_slack_workspace('T0SANDBOX', 'Women Defining AI', 'https://wdai-sandbox.slack.com/')`
})
afterAll(() => room?.close())

const owed = async () =>
  (
    await room.sql`select kind from admin.jobs where queue = 'slack' and kind = 'find_person' and state <> 'completed'`
  ).length
const held = async (member: string) =>
  (
    await room.sql`select status, invited_at, invite_note from private.slack_people where member_id = ${member}`
  )[0]
const invited = () => room.slack.ledger.entries({ effect: 'invite.sent' })
const channels = (ids: string[]) =>
  room.sql`update private.slack_settings set invite_channels = ${ids}`
const general = async () => (await room.state()).channels.find(({ name }) => name === 'general')!.id

describe('A member who just began', () => {
  it('and is in Slack already is known there within moments', async () => {
    await room.control('people', { email: 'ada@example.org', quiet: true })
    const ada = await room.member('ada@example.org')
    await room.work()
    expect(await held(ada)).toMatchObject({ status: 'active', invited_at: null })
    expect(invited()).toEqual([])
  })

  it('is looked for again when she proves another address, and not any more once she is there', async () => {
    await room.control('people', { email: 'ada.work@example.org', quiet: true })
    const ada = await room.member('ada@example.org')
    await room.work()
    expect(await held(ada)).toMatchObject({ status: 'not_found' })
    await room.sql`
      insert into public.member_emails (email, member_id, verified_at, source)
      values ('ada.work@example.org', ${ada}, private.clock(), 'admin')`
    await room.work()
    expect(await held(ada)).toMatchObject({ status: 'active' })
    await room.sql`
      insert into public.member_emails (email, member_id, verified_at, source)
      values ('ada.home@example.org', ${ada}, private.clock(), 'admin')`
    expect(await owed()).toBe(0)
  })

  it('is nobody’s business while she is not entitled or no workspace is connected', async () => {
    await room.member('lapsed@example.org', { entitled: false })
    expect(await owed()).toBe(0)
    await room.sql`update private.slack_settings set team_id = null`
    await room.member('early@example.org')
    expect(await owed()).toBe(0)
  })
})

describe('The invitation', () => {
  it('is sent once, also when it is owed twice at once', async () => {
    await channels([await general()])
    const ada = await room.member('ada@example.org')
    await room.sql`select private.owe_slack_look(${ada}, private.clock())`
    await room.work()
    expect(invited()).toHaveLength(1)
    expect(await held(ada)).toMatchObject({
      status: 'not_found',
      invite_note: expect.stringMatching(/^Slack (sent it|had invited)/),
    })
    await room.sql`select private.owe_slack_look(${ada}, private.clock())`
    await room.work()
    expect(invited()).toHaveLength(1)
    const [logged] =
      await room.sql`select count(*)::integer as times from private.audit_log where action = 'slack.invited' and target_id = ${ada}`
    expect(logged!.times).toBe(1)
  })

  it.each([
    ['is lost', { status: 503, after: true }],
    ['never came', { status: 503, after: false }],
  ])('whose answer %s is asked for again, and goes out once', async (_, how) => {
    await channels([await general()])
    await room.control('answers', { method: 'admin.users.invite', ...how })
    const ada = await room.member('ada@example.org')
    await room.work()
    expect(invited()).toHaveLength(1)
    expect((await held(ada))!.invited_at).not.toBeNull()
  })

  it.each([
    [
      'the token may not',
      async () => room.control('scopes', { token: 'admin', scopes: [] }),
      /missing_scope/,
    ],
    ['a channel is not there', async () => channels(['C0NOWHERE']), /channel_not_found/],
  ])(
    'that Slack refuses because %s leaves her the share link, and is no dead job',
    async (_, breakIt, words) => {
      await channels([await general()])
      await breakIt()
      const ada = await room.member('ada@example.org')
      await room.work()
      expect(invited()).toEqual([])
      expect(await held(ada)).toMatchObject({
        invited_at: null,
        invite_note: expect.stringMatching(words),
      })
      expect(await room.sql`select from jobs.dead`).toHaveLength(0)
    },
  )

  it('is not sent where no channel is chosen', async () => {
    const ada = await room.member('ada@example.org')
    await room.work()
    expect(invited()).toEqual([])
    expect(await held(ada)).toMatchObject({ status: 'not_found', invite_note: null })
  })
})

describe('The share link', () => {
  it('is told a newcomer by one mail, which leads to it and does not hold it', async () => {
    const mails = () => room.sql`select member_id, template, data from private.emails order by id`
    const link = `${room.slack.url}/join/zt-sandbox`
    await room.sql`select admin.set_slack_link(${link}, null, null)`
    const old = await room.member('old@example.org')
    const ada = await room.member('ada@example.org')
    await room.control('people', { email: 'there@example.org', quiet: true })
    const there = await room.member('there@example.org')
    await room.sql`
      update public.memberships set member_since = private.clock() where member_id = any (${[ada, there]})`
    for (let twice = 0; twice < 2; twice++) {
      await room.sql`select private.owe_slack_look(m, private.clock()) from unnest(${[old, ada, there]}::uuid[]) m`
      await room.work()
    }
    expect(await mails()).toEqual([
      { member_id: ada, template: 'slack_invited', data: { url: '/home/' } },
    ])
  })

  it('shows her the way in until she took it', async () => {
    const ada = await room.member('ada@example.org')
    await room.work()
    const link = `${room.slack.url}/join/zt-sandbox`
    await room.sql`select admin.set_slack_link(${link}, private.clock() + interval '20 days', 3)`
    const way = async () =>
      (await room.sql`select private.slack_way_in(${ada}, private.clock()) as way`)[0]!.way
    expect(await way()).toEqual({ link, is_invited: false })
    await fetch(link, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'email=ada@example.org&name=Ada',
    })
    await expect.poll(way).toBeNull()
    const [left] = await room.sql`select uses_left, joined_since from admin.slack_link`
    expect(left).toEqual({ uses_left: 2, joined_since: 1 })
  })
})
