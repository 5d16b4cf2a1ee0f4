import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { SITE } from '../support/house.ts'
import { openRoom, type Room, SECRET } from './room.ts'
import { talkOf } from './talk.ts'

let room: Room
const talk = talkOf(() => room)
beforeAll(async () => {
  room = await openRoom()
})
beforeEach(async () => {
  await talk.forget()
  await room.sql`truncate private.rate_limits`
  await room.sql`delete from public.events`
  await room.travel(0)
})
afterAll(() => room?.close())

/** Knocks as Slack does: signed, with the form that a slash command has. */
async function knock(fields: Record<string, string>, { secret = SECRET, age = 0 } = {}) {
  const body = new URLSearchParams(fields).toString()
  const time = String(Math.floor(Date.now() / 1000) - age)
  const signature = createHmac('sha256', secret).update(`v0:${time}:${body}`).digest('hex')
  const response = await room.app.request('/slack/commands', {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': time,
      'x-slack-signature': `v0=${signature}`,
    },
    body,
  })
  return { status: response.status, text: await response.text() }
}

interface Answer {
  response_type: string
  text: string
  blocks: { text?: { text: string }; elements?: { url: string; text: { text: string } }[] }[]
}
async function ask(user: string): Promise<Answer> {
  const { status, text } = await knock({ command: '/membership', user_id: user, text: '' })
  expect(status).toBe(200)
  return JSON.parse(text)
}
const words = ({ blocks }: Answer) => blocks.map(({ text }) => text?.text ?? '').join('\n')
const links = ({ blocks }: Answer) =>
  blocks.flatMap(({ elements }) => elements ?? []).map(({ url }) => new URL(url).pathname)

describe('/membership', () => {
  it('says where she stands, until when, what is next, and where to go on, to her alone', async () => {
    const { member, user } = await talk.inSlack('ada')
    await room.sql`update public.memberships set access_until = 'infinity', current_period_end = '2031-05-01T10:00:00Z' where member_id = ${member}`
    await room.sql`
      insert into public.events (title, starts_at, ends_at, place, visibility, state, published_at)
      values ('<!channel> Dinner', private.clock() + interval '5 days', private.clock() + interval '5 days 2 hours', 'Lisbon', 'member', 'published', private.clock() - interval '1 day')`
    const answer = await ask(user)
    expect(answer.response_type).toBe('ephemeral')
    expect(words(answer)).toContain('Your membership: Annual')
    expect(words(answer)).toContain('It renews on 1 May 2031.')
    expect(words(answer)).toContain('Next: &lt;!channel&gt; Dinner')
    expect(links(answer)).toContain('/account/')
    expect(room.lines.join()).not.toMatch(/Dinner|ada/)
  })

  it('names the event that she is going to before one that she may go to', async () => {
    const { member, user } = await talk.inSlack('ada')
    await room.sql`
      insert into public.events (id, title, starts_at, ends_at, visibility, state, published_at)
      select ('22222222-0000-4000-8000-00000000000' || n)::uuid, t, private.clock() + n * interval '1 day',
             private.clock() + n * interval '1 day' + interval '2 hours', 'member', 'published', private.clock() - interval '1 day'
        from (values (1, 'Breakfast'), (2, 'Supper')) e (n, t)`
    await room.sql`
      insert into private.event_guests (event_id, luma_guest_id, member_id, status, luma_status, registered_at, seen_at)
      values ('22222222-0000-4000-8000-000000000002', 'gst-1', ${member}, 'approved', 'approved', private.clock(), private.clock())`
    const answer = await ask(user)
    expect(words(answer)).toContain('You are going to Supper')
    expect(answer.blocks.flatMap(({ elements }) => elements ?? []).map(({ url }) => url)).toContain(
      `${SITE}/calendar/event/?id=22222222-0000-4000-8000-000000000002`,
    )
  })

  it.each([
    ['active', '+10 days', true, /You cancelled\. Everything stays open through/, '/account/'],
    [
      'past_due',
      '+10 days',
      false,
      /A payment is late\. Everything stays open through/,
      '/account/',
    ],
    ['canceled', '+10 days', false, /You cancelled\. Everything stays open through/, '/account/'],
    ['canceled', '-10 days', false, /Your membership has ended\. It was yours through/, '/join/'],
    ['unpaid', '-10 days', false, /closed, because the last payment did not arrive/, '/account/'],
  ])(
    'tells a membership that is %s until %s in words',
    async (status, until, cancels, said, link) => {
      const { member, user } = await talk.inSlack('ada')
      await room.sql`
      update public.memberships set status = ${status}::public.subscription_status,
        access_until = private.clock() + ${until}::interval, cancel_at_period_end = ${cancels} where member_id = ${member}`
      const answer = await ask(user)
      expect(words(answer)).toMatch(said)
      expect(links(answer)).toContain(link)
    },
  )

  it('tells who is unknown how to be known, and nothing else', async () => {
    const { user } = await talk.inSlack('ada')
    await room.sql`update private.slack_people set status = 'deactivated'`
    for (const who of [user, 'U0NOBODY']) {
      const answer = await ask(who)
      expect(words(answer)).toMatch(/We do not know you by this account yet/)
      expect(words(answer)).toMatch(/add the address that you use in Slack/)
      expect(links(answer)).toEqual(['/sign-in/', '/join/'])
    }
  })

  it('answers ten times a minute, each on her own', async () => {
    const ada = await talk.inSlack('ada')
    const bea = await talk.inSlack('bea')
    await room.still(async () => {
      for (let time = 0; time < 10; time++) expect(words(await ask(ada.user))).toMatch(/Annual/)
      expect((await ask(ada.user)).text).toMatch(/Ask again in a minute/)
      expect(words(await ask(bea.user))).toMatch(/Annual/)
    })
    // Six seconds give one back.
    await room.travel(6.5)
    expect(words(await ask(ada.user))).toMatch(/Annual/)
  })

  it('is answered by the database alone, because Slack waits three seconds', async () => {
    const { user } = await talk.inSlack('ada')
    const { status, body } = await room.control<{ status: number; body: Answer }>('command', {
      user,
    })
    expect(status).toBe(200)
    expect(words(body)).toMatch(/Annual/)
    expect(room.slack.requests.entries()).toEqual([])
  })
})

describe('The door of slash commands', () => {
  it('takes nothing that Slack did not sign just now', async () => {
    const fields = { command: '/membership', user_id: 'U0ADA' }
    expect((await knock(fields, { secret: 'another' })).status).toBe(401)
    expect((await knock(fields, { age: 400 })).status).toBe(401)
    const bare = await room.app.request('/slack/commands', { method: 'POST', body: 'command=x' })
    expect(bare.status).toBe(400)
    expect((await room.app.request('/slack/commands')).status).toBe(405)
  })
  it('answers the look at its certificate, and refuses what is no command', async () => {
    expect(await knock({ ssl_check: '1', token: 'x' })).toEqual({ status: 200, text: '' })
    expect((await knock({ command: '/membership' })).status).toBe(400)
    expect((await knock({ command: '/membership', user_id: "U0'; drop" })).status).toBe(400)
    expect((await knock({ command: '/other', user_id: 'U0ADA' })).text).toContain('Try /membership')
  })
})
