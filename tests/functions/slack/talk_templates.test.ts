import { describe, expect, it } from 'vitest'
import { templates as mails } from '../../../functions/messaging/templates/index.ts'
import { addressOf } from '../../../functions/slack/messages/blocks.ts'
import { messages } from '../../../functions/slack/messages/index.ts'
import { inert, line, moment, plain } from '../../../functions/slack/messages/words.ts'

const SITE = 'https://www.example.org'

/** What people write who want to ring everybody's bell, or lead somebody astray. */
const hostile = [
  '<!channel> everybody look',
  '<!here|here> @here @channel @everyone',
  '<@U012345> and <#C012345|general> and <!subteam^S012|all>',
  '<https://evil.example.org|Your bank>',
  'Go to https://evil.example.org or www.evil.example.org or evil.example.org',
  'mailto:me@evil.example.org tel:+15550100',
  '&lt;!channel&gt; &amp;lt;!here&amp;gt;',
  '*bold* _slanted_ ~struck~ `code` ```block```\n> quoted\n• listed',
  '\u202egnp.exe\u202c \u2066hidden\u2069 \u0000\u0007\ufeff',
  '<\u200b!channel> <\u2060!here> @\u200bhere',
  '<!date^0^{date}|yesterday> :tada: <<<>>> "}]}',
  '\ud800 half of a pair',
  'x'.repeat(20_000),
  '&'.repeat(20_000),
  '"\\\n'.repeat(7000),
  '<!channel>'.repeat(3000),
]

/** What a proposal's message has at least. */
const proposal = {
  proposal: 'a0000000-0000-4000-8000-000000000001',
  mark: 'b0000000-0000-4000-8000-000000000001',
  asks_for: 'Give back $60.00',
  is_sandbox: false,
  agent: 'helper',
  member: null,
  known_by: null,
  would: [],
  why_waiting: null,
  expires_at: '2026-11-21T18:30:00Z',
  waits: true,
  decision_reason: null,
}

/** Everything that any of the templates reads, filled with this text. */
const dataWith = (text: string) => ({
  ...proposal,
  event_id: text,
  title: text,
  starts_at: text,
  time_zone: text,
  place: text,
  url: text,
  reason: text,
  join_url: text,
  words: text,
  from: text,
  recording_url: text,
  access_until: text,
  things: Array.from({ length: 10 }, () => ({ what: text, id: text, why: text, do_this: text })),
  more: 3,
  ...proposal,
  asks_for: text,
  agent: text,
  member: text,
  known_by: text,
  would: Array.from({ length: 10 }, () => text),
  why_waiting: text,
  expires_at: text,
  decision_reason: text,
})

interface Piece {
  type: string
  text: string
  emoji?: boolean
}

/** Every text object and every url in it, wherever it stands. */
function parts(value: unknown): { pieces: Piece[]; urls: string[] } {
  const pieces: Piece[] = []
  const urls: string[] = []
  JSON.stringify(value, (key, held) => {
    if (held && typeof held === 'object' && typeof held.text === 'string') pieces.push(held)
    if (/url/.test(key) && typeof held === 'string') urls.push(held)
    return held
  })
  return { pieces, urls }
}

describe.each(Object.entries(messages))('The message %s', (_name, template) => {
  it.each(hostile.map((text) => [text.slice(0, 40), text]))('keeps %s to words', (_short, text) => {
    const { text: fallback, blocks } = template(dataWith(text), { siteUrl: SITE, name: text })
    const { pieces, urls } = parts(blocks)
    expect(pieces.length).toBeGreaterThan(0)
    for (const piece of pieces) {
      // Slack reads no markup in plain_text, and makes no pictures of words.
      expect(piece).toMatchObject({ type: 'plain_text', emoji: false })
      expect(piece.text).not.toMatch(/[<>]|&(?!(amp|lt|gt);)/)
      expect(piece.text.length).toBeLessThanOrEqual(3000)
      expect(piece.text.trim()).not.toBe('')
    }
    for (const url of urls) expect(url).toMatch(/^https:\/\/www\.example\.org\//)
    expect(fallback).not.toMatch(/[<>]|&(?!(amp|lt|gt);)/)
    expect(fallback).not.toMatch(/@(here|channel|everyone)|:\/\/|www\.\w|evil\.example/i)
    expect(fallback).not.toMatch(/(^|[^\u2060])[*_~`]/)
    expect(fallback.length).toBeLessThanOrEqual(3000)
    expect(fallback.trim()).not.toBe('')
    const all = JSON.stringify({ fallback, blocks })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
    expect(all).not.toMatch(/[\u202a-\u202e\u2066-\u2069\ufeff\u0000]|\\u0000|\\u0007|\\ud800/)
    expect(all.isWellFormed()).toBe(true)
    expect(blocks.length).toBeLessThanOrEqual(50)
    // Beyond about 13 200 characters Slack refuses a message with msg_blocks_too_long.
    expect(JSON.stringify(blocks).length).toBeLessThan(13_000)
  })
  it('holds when nothing but the least is known', () => {
    const things = [{ what: 'Dead job', id: '7' }]
    const least = { ...proposal, reason: 'Twice', title: 'Dinner', words: 'See you', things }
    const { text, blocks } = template(least, { siteUrl: SITE, name: '' })
    expect(text).not.toMatch(/undefined|null|Invalid/)
    expect(JSON.stringify(blocks)).not.toMatch(/undefined|null|Invalid/)
  })
})

describe('What an agent asks for', () => {
  it('has no line in it that somebody else wrote', () => {
    const lines = '\nApproved by Kim.\u2028Member since May 2015.\r\rAsked for by agent:finance'
    const said = { ...proposal, member: `Bea${lines}`, reason: `Twice${lines}`, words: 'Waits' }
    const { blocks } = messages.agent_proposal!(
      { ...said, known_by: 'here since November 2026, never a member; an agent added her' },
      { siteUrl: SITE, name: '' },
    )
    const seen = parts(blocks).pieces.flatMap(({ text }) => text.split('\n'))
    expect(seen).toContain('Here since November 2026, never a member; an agent added her.')
    expect(seen).toContain('Asked for by agent:helper')
    const theirs = 'Approved by Kim. Member since May 2015. Asked for by agent:finance'
    expect(seen).toContain(`For Bea ${theirs}`)
    expect(seen).toContain(`“Twice ${theirs}”`)
    expect(seen.filter((line) => /^(Approved|Member)/.test(line))).toEqual([])
  })
})

describe('What members are told on both ways', () => {
  it('has a template on both', () => {
    const mailOnly = ['slack_invited', 'slack_nudge']
    const slackOnly = ['agent_proposal', 'alerts', 'slack_welcome']
    expect(Object.keys(messages).filter((name) => !slackOnly.includes(name))).toEqual(
      Object.keys(mails)
        .filter((name) => !mailOnly.includes(name))
        .sort(),
    )
  })
})

describe('Text of people', () => {
  it('is escaped before it is cut, and no entity is cut through', () => {
    expect(plain('a < b & c > d')).toBe('a &lt; b &amp; c &gt; d')
    expect(plain('&&&', 10)).toBe('&amp;…')
    expect(plain('&&', 10)).toBe('&amp;&amp;')
    expect(plain('👩‍🚀'.repeat(100), 10).isWellFormed()).toBe(true)
    expect(line('one\n\ntwo\tthree')).toBe('one two three')
  })
  it('reads the same where it is made inert', () => {
    expect(inert('Ask @here, 5.5 * 2, see https://a.example.org').replaceAll('\u2060', '')).toBe(
      'Ask @here, 5.5 * 2, see https://a.example.org',
    )
  })
})

describe('An address in a message', () => {
  it('is a page of the site or https, or is left out', () => {
    expect(addressOf(SITE, '/join/')).toBe('https://www.example.org/join/')
    expect(addressOf(SITE, 'https://lu.ma/abc')).toBe('https://lu.ma/abc')
    for (const bad of [
      'javascript:alert(1)',
      'http://evil.example.org',
      'slack://user?team=T1',
      'data:text/html,hi',
      'https://www.example.org@evil.example.org/',
      'https://user:word@lu.ma/',
      `https://lu.ma/${'x'.repeat(4000)}`,
      '',
      null,
      undefined,
    ])
      expect(addressOf(SITE, bad)).toBeUndefined()
  })
})

describe('A moment', () => {
  it('is told in the time of its place', () => {
    expect(moment('2026-11-21T18:30:00Z', 'Europe/Lisbon')).toBe(
      'Sat, 21 Nov 2026, 18:30 (Lisbon time)',
    )
    expect(moment('2026-11-21T18:30:00Z', 'America/New_York')).toContain('13:30 (New York time)')
    expect(moment('2026-11-21T18:30:00Z', 'Nowhere/Land')).toContain('18:30 (UTC)')
    expect(moment('soon', 'UTC')).toBe('')
  })
})
