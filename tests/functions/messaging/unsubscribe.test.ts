import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type House, openHouse, SITE } from '../support/house.ts'
import { contactOf, join } from '../support/people.ts'
import { postOf } from './post.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house?.close())

const { member, sent, at } = postOf(() => house)
const answers = async (id: string) => [
  ...(await house.sql`
    select granted, source from public.consents where member_id = ${id} and channel = 'email' order by id`),
]
/** The path of the link in the newest optional mail to an address. */
async function linkOf(email: string) {
  const header = (await at(email)).at(-1)?.headers['List-Unsubscribe'] ?? ''
  return new URL(header.slice(1, -1)).pathname
}
async function withLink() {
  const mia = await member()
  await sent({ member: mia.id }, { kind: 'optional', template: 'slack_nudge' })
  return { ...mia, path: await linkOf(mia.email) }
}
const oneClick = (path: string) =>
  house.messaging.request(path, {
    method: 'POST',
    body: 'List-Unsubscribe=One-Click',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })

describe('The link in a mail', () => {
  it('leads to the page with the button, and changes nothing by itself', async () => {
    const mia = await withLink()
    for (const method of ['GET', 'HEAD']) {
      const answer = await house.messaging.request(mia.path, { method })
      expect(answer.status).toBe(303)
      expect(answer.headers.get('location')).toBe(
        `${SITE}/unsubscribe/#${mia.path.split('/').at(-1)}`,
      )
    }
    expect(await answers(mia.id)).toEqual([])
  })

  it('stops such mails with one press of a mail program, once however often it presses', async () => {
    const mia = await withLink()
    const pressed = await Promise.all([oneClick(mia.path), oneClick(mia.path)])
    expect(pressed.map(({ status }) => status)).toEqual([200, 200])
    expect((await oneClick(mia.path)).status).toBe(200)
    expect(await answers(mia.id)).toEqual([
      { granted: false, source: 'The button of a mail program' },
    ])
    await sent({ member: mia.id }, { kind: 'optional', template: 'slack_nudge' })
    expect(await at(mia.email)).toHaveLength(1)
  })

  it('works from the page without a sign-in, and only from our own site', async () => {
    const mia = await withLink()
    const ask = (origin: string) =>
      house.messaging.request(mia.path, {
        method: 'POST',
        body: '{}',
        headers: { 'content-type': 'application/json', origin },
      })
    const answer = await ask(SITE)
    expect(answer.headers.get('access-control-allow-origin')).toBe(SITE)
    expect(await answer.json()).toEqual({ outcome: 'stopped' })
    const other = await ask('https://elsewhere.example')
    expect(other.headers.get('access-control-allow-origin')).toBeNull()
    expect(await answers(mia.id)).toEqual([
      { granted: false, source: 'The page of a link in a mail' },
    ])
  })

  it('is heard by Mailchimp too, and stays hers to take back', async () => {
    const email = `${crypto.randomUUID()}@example.org`
    const { member_id } = await join(house, { email })
    await house.work()
    await sent({ member: member_id }, { kind: 'optional', template: 'slack_nudge' })
    await oneClick(await linkOf(email))
    await house.work()
    expect((await contactOf(house, email))?.status).toBe('unsubscribed')
    await house.sql`
      insert into public.consents (member_id, channel, granted, source) values (${member_id}, 'email', true, 'test')`
    await sent({ member: member_id }, { kind: 'optional', template: 'slack_nudge' })
    expect(await at(email)).toHaveLength(2)
  })

  it('that nobody was sent stops nothing', async () => {
    const word = 'A'.repeat(43)
    for (const path of [`/messaging/unsubscribe/${word}`, '/messaging/unsubscribe/short']) {
      const answer = await oneClick(path)
      expect(answer.status).toBe(404)
      expect((await answer.json()).error.message).toBe('This link does not stop any mails')
    }
    expect((await house.messaging.request('/messaging/unsubscribe/short')).status).toBe(404)
  })

  it('says neither who she is nor which link it was in our log', async () => {
    const mia = await withLink()
    await oneClick(mia.path)
    const word = mia.path.split('/').at(-1) ?? ''
    expect(house.lines.filter((line) => line.includes(word) || line.includes(mia.email))).toEqual(
      [],
    )
    expect(house.lines.some((line) => line.includes('"event":"unsubscribe"'))).toBe(true)
  })
})
