import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LogLevel, WebClient } from '@slack/web-api'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createClock } from '../../../scripts/sandbox/lib/clock.ts'
import type { ProviderServer } from '../../../scripts/sandbox/lib/server.ts'
import { serveSlack } from '../../../scripts/sandbox/slack/server.ts'
import { act } from '../support/people.ts'

let slack: ProviderServer
let receiver: Server
let received: { path: string; headers: IncomingHttpHeaders; body: string }[] = []
let answerWith = 200
// It stands still: a minute of Slack's, and the wait before another try, are over when a test says so.
const began = new Date()
const clock = createClock(() => began)
const connect = (token?: string) =>
  new WebClient(token, {
    slackApiUrl: `${slack.url}/api/`,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
  })
const control = <T = Record<string, unknown>>(verb: string, body: object) =>
  act<T>(slack.url, `slack/${verb}`, body)
const bot = () => connect('xoxb-sandbox')
const said = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error: { data?: { error?: string }; code: string }) => error.data?.error ?? error.code,
  )

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, body })
      response.writeHead(answerWith).end('{"text":"hello"}')
    })
  })
  // The sender ends what is idle: an end of ours could meet its next message, and be a failure.
  receiver.keepAliveTimeout = 0
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done))
  const { port } = receiver.address() as AddressInfo
  slack = await serveSlack({
    port: 0,
    clock,
    webhook: { url: `http://127.0.0.1:${port}/slack`, secret: 'signing' },
    siteUrl: 'http://127.0.0.1:4321',
    // No test is about how fast the receiver is.
    patience: 60_000,
  })
})
beforeEach(async () => {
  answerWith = 200
  received = []
  await fetch(`${slack.url}/_sandbox/reset`, { method: 'POST' })
})
afterAll(async () => {
  await slack.close()
  receiver.closeAllConnections()
  await new Promise((done) => receiver.close(done))
})

const person = (email: string, more: object = {}) =>
  control<{ id: string }>('people', { email, quiet: true, ...more })

describe('The Slack sandbox', () => {
  it('knows its token, and what it may do', async () => {
    expect(await bot().auth.test()).toMatchObject({ ok: true, team_id: 'T0SANDBOX' })
    expect(await said(connect().auth.test())).toBe('not_authed')
    expect(await said(connect('xoxb-other').auth.test())).toBe('invalid_auth')
    await control('scopes', { token: 'bot', scopes: ['chat:write'] })
    const refused = await bot()
      .users.list({})
      .catch((error: unknown) => error)
    expect(refused).toMatchObject({
      data: { error: 'missing_scope', needed: 'users:read', provided: 'chat:write' },
    })
    expect(await said(bot().apiCall('users.guess'))).toBe('unknown_method')
  })

  it('lists its people in pages, addresses only where the scope allows them', async () => {
    await control('people/bulk', { count: 7, prefix: 'p' })
    const names: (string | undefined)[] = []
    for await (const page of bot().paginate('users.list', { limit: 4 })) {
      const { members } = page as { members?: { name: string }[] }
      names.push(...(members ?? []).map(({ name }) => name))
    }
    expect(names).toEqual(['slackbot', 'commons', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7'])
    expect(await said(bot().users.list({ cursor: 'bm9uc2Vuc2U=', limit: 4 }))).toBe(
      'invalid_cursor',
    )
    await control('people/bulk', { count: 1000, prefix: 'q' })
    expect(await said(bot().users.list({}))).toBe('limit_required')
    await control('scopes', { token: 'bot', scopes: ['users:read'] })
    const page = await bot().users.list({ limit: 5 })
    expect(page.members?.every(({ profile }) => profile?.email === undefined)).toBe(true)
  })

  it('finds people by address, unless they are deactivated or only invited', async () => {
    const ada = await person('Ada@example.org')
    await person('old@example.org', { deleted: true })
    await person('soon@example.org', { isInvited: true })
    const found = await bot().users.lookupByEmail({ email: 'ada@EXAMPLE.org' })
    expect(found.user).toMatchObject({ id: ada.id, profile: { email: 'Ada@example.org' } })
    for (const email of ['old@example.org', 'soon@example.org', 'nobody@example.org'])
      expect(await said(bot().users.lookupByEmail({ email }))).toBe('users_not_found')
    expect(await said(bot().users.info({ user: 'U0NOBODY' }))).toBe('user_not_found')
  })

  it('takes messages as they are, and refuses those that Slack would', async () => {
    const ada = await person('ada@example.org')
    const metadata = { event_type: 'commons_message', event_payload: { key: 'k1' } }
    const { channel } = await bot().conversations.open({ users: ada.id })
    const id = channel?.id ?? ''
    const posted = await bot().chat.postMessage({
      channel: id,
      text: 'Hello &lt;!channel&gt;',
      blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'Hello' } }],
      metadata,
    })
    const history = await bot().conversations.history({ channel: id, include_all_metadata: true })
    expect(history.messages).toMatchObject([{ ts: posted.ts, metadata }])
    const link = await bot().chat.getPermalink({ channel: id, message_ts: posted.ts ?? '' })
    expect(link.permalink).toContain(`/archives/${id}/p`)
    // A person's id stands for the conversation with her.
    expect((await bot().chat.postMessage({ channel: ada.id, text: 'Again' })).channel).toBe(id)
    const post = (more: object) => said(bot().apiCall('chat.postMessage', { channel: id, ...more }))
    const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } })
    expect(await post({})).toBe('no_text')
    expect(await post({ text: 'x'.repeat(40_001) })).toBe('msg_too_long')
    expect(await post({ blocks: [section('x'.repeat(3001))] })).toBe('invalid_blocks')
    expect(await post({ blocks: Array(51).fill(section('x')) })).toBe('invalid_blocks')
    expect(await post({ blocks: Array(5).fill(section('x'.repeat(2900))) })).toBe(
      'msg_blocks_too_long',
    )
    expect(await post({ text: 'x', metadata: { key: 1 } })).toBe('invalid_metadata_format')
    expect(await post({ text: 'x', channel: 'C0NOWHERE' })).toBe('channel_not_found')
    const closed = await control<{ id: string }>('channels', { name: 'old', isArchived: true })
    expect(await post({ text: 'x', channel: closed.id })).toBe('is_archived')
    const other = await control<{ id: string }>('channels', {
      name: 'o',
      isPrivate: false,
      withApp: false,
    })
    expect(await post({ text: 'x', channel: other.id })).toBe('not_in_channel')
    const page = await (await fetch(slack.url)).text()
    expect(page).toContain('Again')
  })

  it('brings people into channels and out of them', async () => {
    const ada = await person('ada@example.org')
    const { id } = await control<{ id: string }>('channels', { name: 'members' })
    const invite = () => said(bot().conversations.invite({ channel: id, users: ada.id }))
    const kick = () => said(bot().conversations.kick({ channel: id, user: ada.id }))
    expect([await invite(), await invite()]).toEqual(['ok', 'already_in_channel'])
    expect((await bot().conversations.members({ channel: id })).members).toContain(ada.id)
    expect([await kick(), await kick()]).toEqual(['ok', 'not_in_channel'])
    const hidden = await control<{ id: string }>('channels', { name: 'x', withApp: false })
    expect(await said(bot().conversations.info({ channel: hidden.id }))).toBe('channel_not_found')
  })

  it('invites by a token of an admin only, and nobody twice', async () => {
    const channel_ids = ['C0ALERTS'] as [string]
    const wish = { team_id: 'T0SANDBOX', channel_ids, email: 'new@example.org' }
    const admin = connect('xoxp-sandbox-admin')
    expect(await said(bot().admin.users.invite(wish))).toBe('not_allowed_token_type')
    expect(await said(admin.admin.users.invite(wish))).toBe('ok')
    expect(await said(admin.admin.users.invite(wish))).toBe('already_in_team_invited_user')
    await person('there@example.org')
    expect(await said(admin.admin.users.invite({ ...wish, email: 'there@example.org' }))).toBe(
      'already_in_team',
    )
  })

  it('counts calls by the minute when it is told to, and says how long to wait', async () => {
    await control('limits', { on: true })
    for (let call = 0; call < 20; call++) await bot().users.list({ limit: 1 })
    const refused = await bot()
      .users.list({ limit: 1 })
      .catch((error: unknown) => error)
    expect(refused).toMatchObject({ retryAfter: expect.any(Number) })
    expect(await said(bot().users.info({ user: 'USLACKBOT' }))).toBe('ok')
    await clock.advanceTo(new Date(clock.now().getTime() + 60_000))
    expect(await said(bot().users.list({ limit: 1 }))).toBe('ok')
  })

  it('gives the answers that it is told to give, also after the effect', async () => {
    await control('answers', { method: 'chat.postMessage', error: 'rate_limited', after: true })
    expect(await said(bot().chat.postMessage({ channel: 'C0ALERTS', text: 'x' }))).toBe(
      'rate_limited',
    )
    expect(slack.ledger.entries({ effect: 'message.posted' })).toHaveLength(1)
  })

  it('tells of who joins and changes, signed, and again when nobody listens', async () => {
    answerWith = 500
    const { id } = await control<{ id: string }>('people', { email: 'ada@example.org' })
    await expect.poll(() => received.length).toBe(1)
    answerWith = 200
    await clock.advanceTo(new Date(clock.now().getTime() + 2000))
    await expect.poll(() => received.length).toBe(2)
    const [first, again] = received
    expect(first!.headers['x-slack-signature']).toMatch(/^v0=[0-9a-f]{64}$/)
    expect(first!.headers['x-slack-retry-num']).toBeUndefined()
    expect(again!.headers['x-slack-retry-num']).toBe('1')
    expect(again!.body).toBe(first!.body)
    expect(JSON.parse(first!.body)).toMatchObject({
      type: 'event_callback',
      event: { type: 'team_join', user: { id, profile: { email: 'ada@example.org' } } },
    })
  })

  it('sends a slash command and shows what it was answered', async () => {
    const { id } = await person('ada@example.org')
    const answer = await control('command', { user: 'ada@example.org' })
    expect(answer).toMatchObject({ status: 200, body: { text: 'hello' } })
    const form = new URLSearchParams(received[0]!.body)
    expect([received[0]!.path, form.get('user_id'), form.get('command')]).toEqual([
      '/slack/commands',
      id,
      '/membership',
    ])
  })

  it('has buttons that somebody in the channel presses, on its page too, and messages that say something else later', async () => {
    const { id: ada } = await person('ada@example.org')
    const { id: channel } = await control<{ id: string }>('channels', {
      name: 'approvals',
      members: ['ada@example.org'],
    })
    const plain = (text: string) => ({ type: 'plain_text', text, emoji: false })
    const yes = { type: 'button', action_id: 'yes', value: 'v1', text: plain('Yes') }
    const way = { ...yes, action_id: 'way', url: 'https://example.org/' }
    const blocks = [{ type: 'actions', elements: [yes, way] }]
    const { ts } = await bot().chat.postMessage({ channel, text: 'Asks', blocks: blocks as never })
    expect(await control('press', { user: ada, channel, ts, action: 'yes' })).toMatchObject({
      status: 200,
    })
    const page = await (await fetch(slack.url)).text()
    expect(page).toContain('name="action" value="yes"')
    expect(page).not.toContain('value="way"')
    await fetch(`${slack.url}/press`, {
      method: 'POST',
      body: new URLSearchParams({ user: ada, channel, ts: ts!, action: 'yes' }),
    })
    expect(received.map(({ path }) => path)).toEqual(['/slack/interactions', '/slack/interactions'])
    for (const { body, headers } of received) {
      expect(headers['x-slack-signature']).toMatch(/^v0=[0-9a-f]{64}$/)
      expect(JSON.parse(new URLSearchParams(body).get('payload') ?? '')).toMatchObject({
        type: 'block_actions',
        user: { id: ada, team_id: 'T0SANDBOX' },
        container: { channel_id: channel, message_ts: ts },
        actions: [{ action_id: 'yes', value: 'v1' }],
      })
    }

    await bot().chat.update({ channel, ts: ts!, text: 'Done', blocks: [] })
    await bot().chat.postEphemeral({ channel, user: ada, text: 'Only you' })
    expect(await said(bot().chat.postEphemeral({ channel, user: 'U0NOBODY', text: 'x' }))).toBe(
      'user_not_in_channel',
    )
    expect(await said(bot().chat.update({ channel, ts: '1.1', text: 'x' }))).toBe(
      'message_not_found',
    )
    const after = await (await fetch(slack.url)).text()
    expect(after).toContain('Done')
    expect(after).toContain('sees this.')
    expect(after).not.toContain('name="action"')
  })

  it('has a share link that wears out', async () => {
    const join = (email: string) =>
      fetch(`${slack.url}/join/zt-sandbox`, {
        method: 'POST',
        body: new URLSearchParams({ email, name: 'Ada' }),
        redirect: 'manual',
      }).then(({ status }) => status)
    expect(await (await fetch(`${slack.url}/join/zt-sandbox`)).text()).toContain('Uses left: 400')
    await control('link', { usesLeft: 1 })
    expect([await join('a@example.org'), await join('b@example.org')]).toEqual([303, 410])
  })
})
