import { describe, expect, it, test } from 'vitest'
import { community } from '../../../functions/_shared/community.ts'
import { render, templates } from '../../../functions/messaging/templates/index.ts'
import { dark, light } from '../../../site/community/colours.ts'
import { identity } from '../../../site/community/identity.ts'
import { filesLike, read } from '../../house/files.ts'

const SITE = 'https://www.example.org'
const STOP = `${SITE}/unsubscribe/#word`
const names = Object.keys(templates)

const friendly = {
  title: 'Dinner in Lisbon',
  starts_at: '2026-12-03T19:00:00Z',
  ends_at: '2026-12-03T21:30:00Z',
  time_zone: 'Europe/Lisbon',
  place: 'Rua da Rosa 12',
  url: 'https://lu.ma/dinner',
  reason: 'Because of the weather.',
  join_url: `${SITE}/join/`,
  words: 'First line.\n\nSecond paragraph\nwith a break.',
  from: 'Lea Hart',
  recording_url: 'https://vimeo.com/1',
  amount: 1000,
  currency: 'usd',
  next_attempt: '2026-12-05T08:00:00Z',
  access_until: '2026-12-09T08:00:00Z',
}
const nasty =
  '<img src=x onerror=alert(1)>"\'&</style><script>alert(1)</script>\r\nBcc: eve@example.org\u202e\0'
const ways = ['javascript:alert(1)//https://example.org', '//evil.example', '/\\evil.example']
const hostile = Object.fromEntries(
  Object.entries(friendly).map(([key, value]) => [
    key,
    typeof value !== 'string'
      ? value
      : key.endsWith('_url') || key === 'url'
        ? ways[key.length % ways.length]
        : `${nasty}${value}`,
  ]),
)
const mailOf = (name: string, data: object, stop: string | null = null, reader = 'Ada') =>
  render(name, data, { siteUrl: SITE, name: reader, stop })

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
const unescaped = (text: string) =>
  text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? '')
const flat = (text: string) => text.replace(/\s+/g, ' ').trim()
const bodyOf = (html: string) => html.slice(html.indexOf('<body'))
/** Everything that a reader of the HTML sees, in pieces, and where its links lead. */
const pieces = (html: string) =>
  bodyOf(html)
    .split(/<[^>]+>/)
    .map((piece) => flat(unescaped(piece)))
    .filter(Boolean)
const links = (html: string) =>
  [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => unescaped(href ?? ''))

describe.each(names)('The mail %s', (name) => {
  it.each([
    ['friendly', friendly],
    ['hostile', hostile],
  ])('says the same to who sees HTML and who does not, with %s data', (_what, data) => {
    const { html, text } = mailOf(name, data, STOP)
    const said = flat(text.replace(/^> ?/gm, ''))
    expect(pieces(html).filter((piece) => !said.includes(piece))).toEqual([])
    expect(links(html).filter((link) => !text.includes(link))).toEqual([])
    expect(pieces(html).length).toBeGreaterThan(6)
  })

  it('takes hostile data for text', () => {
    const { subject, html, text } = mailOf(name, hostile, STOP, nasty)
    const tags = new Set([...bodyOf(html).matchAll(/<\/?([a-z0-9]+)/g)].map(([, tag]) => tag))
    const ours = 'body p main h1 div a blockquote br dl dt dd html'.split(' ')
    expect([...tags].filter((tag) => !ours.includes(tag ?? ''))).toEqual([])
    expect(html).not.toMatch(/<script|<img|javascript:/i)
    expect(html + text).not.toMatch(/javascript:|evil\.example/i)
    expect(subject).not.toMatch(/[\r\n\0\u202e]/)
    expect(html + text).not.toMatch(/[\0\u202e]/)
    for (const link of links(html)) expect(link).toMatch(/^https:\/\//)
  })

  it('is short, greets her, and says the community’s name; without her name too', () => {
    const { subject, html, text } = mailOf(name, friendly)
    expect(subject.length).toBeLessThan(70)
    expect(text).toContain('Hello Ada,')
    expect(text).toContain(community.name)
    expect(mailOf(name, friendly, null, '').text).toContain('Hello,')
    expect(text).not.toContain('!')
    expect(`${html}${text}`).not.toMatch(/undefined|null|NaN|Invalid/)
    expect(html.length).toBeLessThan(20_000)
  })

  it('can be written with no more than a title', () => {
    const { html, text } = mailOf(name, { title: 'Dinner', words: 'Hello.' })
    expect(`${html}${text}`).not.toMatch(/undefined|null|NaN|Invalid/)
  })

  it('offers a way to stop only where there is one', () => {
    expect(mailOf(name, friendly).html).not.toContain('/unsubscribe/')
    expect(links(mailOf(name, friendly, STOP).html)).toContain(STOP)
  })
})

test('Who is in Slack as a guest is not told that she is missing there', () => {
  const { subject, text } = mailOf('slack_nudge', { url: '/home/', status: 'inactive' })
  expect(subject).toBe('There is more of our Slack for you')
  expect(text).toContain('as a guest, in some channels')
  expect(text).not.toContain('not found you')
})

test('Each template stands in a file of its own, under its own name', () => {
  const files = filesLike(/^functions\/messaging\/templates\/.*\.ts$/)
    .map((file) => file.split('/').at(-1)?.replace('.ts', '') ?? '')
    .filter((file) => !['index', 'layout', 'parts'].includes(file))
  expect(files.sort()).toEqual(names.toSorted())
})

test('Every mail that SQL owes can be written', () => {
  const second = /(?:send_email|tell_member|tell_guest)\([^,;]*,\s*'([a-z_]+)'/g
  const owed = filesLike(/^migrations\/.*\.sql$/).flatMap((file) =>
    [...read(file).matchAll(second)].map(([, name]) => name ?? ''),
  )
  const inEnum = ['payment_failed', 'action_required', 'grace_ending']
  expect([...new Set([...owed, ...inEnum])].filter((name) => !names.includes(name))).toEqual([])
})

test('Mails wear the name and the colours of the site', () => {
  expect(community).toMatchObject({
    name: identity.name,
    contact: identity.contact,
    footer: identity.footer,
  })
  expect(light).toMatchObject(community.light)
  expect(dark).toMatchObject(community.dark)
})

test('Nobody is greeted with an advertisement', () => {
  for (const name of ['http://evil.example', 'evil.example', 'Win$$$', '<b>Ada</b>'])
    expect(mailOf('guest_approved', friendly, null, name).text).toContain('Hello,\n')
  for (const name of ['Ada', 'Zoë', "D'Arcy", 'Anne-Marie', '愛子'])
    expect(mailOf('guest_approved', friendly, null, name).text).toContain(`Hello ${name},`)
})

test('An event that Luma does not have yet is shown on our own page', () => {
  const event_id = '22222222-0000-4000-8000-000000000001'
  const { text } = mailOf('event_message', { ...friendly, url: null, event_id })
  expect(text).toContain(`See the event:\n${SITE}/calendar/event/?id=${event_id}`)
})

test('A way that begins with a slash leads to a page of the site', () => {
  const { text, html } = mailOf('guest_pending', { ...friendly, join_url: '/sign-in/' })
  expect(text).toContain(`Sign in with this address:\n${SITE}/sign-in/`)
  expect(links(html)).toContain(`${SITE}/sign-in/`)
})

test('Times are those of the place, and money is written as people write it', () => {
  const { text } = mailOf('guest_approved', friendly)
  expect(text).toMatch(/When: Thursday,? 3 December 2026, 19:00 to 21:30 \(Europe\/Lisbon\)/)
  const nowhere = mailOf('guest_approved', { ...friendly, time_zone: 'Nowhere/Land' })
  expect(nowhere.text).toContain('19:00')
  expect(mailOf('payment_failed', friendly).text).toContain('$10.00')
  expect(mailOf('payment_failed', { amount: 1500, currency: 'jpy' }).text).toContain('¥1,500')
  expect(mailOf('grace_ending', friendly).subject).toBe('Your access ends on 9 December 2026')
})
