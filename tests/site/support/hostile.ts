import { randomUUID } from 'node:crypto'
import type { Page, Request } from 'playwright-core'
import { expect, vi } from 'vitest'
import {
  elsewhere,
  hostile,
  type TextColumn,
  textColumns,
  tripwire,
} from '../../attacks/hostile.ts'
import type { Person } from '../../attacks/support.ts'
import type { Site } from './site.ts'

/** Every hostile text at once, for fields that take long ones. */
const all = Object.values(hostile)
  .filter((text) => text.length < 300)
  .join('\n')

const address = `https://example.org/?a='-${tripwire}('url')-'&b=\`\${${tripwire}('url')}\`#javascript:${tripwire}('url')`

/** What to try for a field, until the database takes one: the text as it is, then as much of it as fits. */
function candidates(text: string, column: string): string[] {
  if (/(^|_)(url|links?)$/.test(column))
    return [
      text,
      `${address}${text}`,
      address,
      `https://linkedin.com/in/'onclick='${tripwire}('linkedin')`,
    ]
  return [
    ...(/bio|summary|description/.test(column) ? [`${text}\n${all}`] : []),
    text,
    ...[3900, 1000, 190, 160, 120]
      .filter((size) => size < text.length)
      .map((size) => text.slice(0, size)),
  ]
}

/** Fills one field of one row with a hostile text; fields that take no free text stay as they are. */
async function fill(
  { sql }: Site,
  { table, key, column, isArray }: TextColumn,
  row: string,
  text: string,
) {
  for (const candidate of candidates(text, column)) {
    const taken = await sql
      .unsafe(`update ${table} set ${column} = $1 where ${key} = $2 returning ${key}`, [
        isArray ? ([candidate] as never) : candidate,
        row,
      ])
      .then(
        (rows) => rows.length > 0,
        () => false,
      )
    if (taken) return
  }
}

const named = Object.entries(hostile).filter(([, text]) => text.trim() !== '')
const texts = named.map(([, text]) => text)

/** Texts of an event that people read, whoever wrote them. */
const eventTexts = [
  'title',
  'description',
  'place',
  'url',
  'meeting_url',
  'recording_url',
  'cancel_reason',
  'thanks',
  'region',
]

/** Lets a hostile person host an event and go there for all to see, beside everybody of the cast. */
async function makeGuests(
  { sql }: Site,
  event: string,
  person: string,
  cast: Person[],
  text: string,
) {
  await sql`insert into public.event_hosts (event_id, member_id) values (${event}, ${person})`
  await sql`insert into public.event_preferences (member_id, shows_going) values (${person}, true)`
  for (const member of [person, ...cast.flatMap(({ memberId }) => memberId ?? [])])
    await sql`insert into private.event_guests (event_id, luma_guest_id, member_id, name, status, luma_status, registered_at, seen_at, words)
      values (${event}, ${`gst-${member}`}, ${member}, ${text.slice(0, 200)}, ${member === person ? 'approved' : 'declined'}::private.guest_status,
        'approved', now(), now(), ${text})`
}

/** Of each three events one is still to come, one is over, and one was canceled. */
async function endSome({ sql }: Site, event: string, number: number) {
  if (number % 3 === 1)
    await sql`update public.events set starts_at = now() - interval '2 days', ends_at = now() - interval '1 day' where id = ${event}`
  if (number % 3 === 2) await sql`update public.events set state = 'canceled' where id = ${event}`
}

/**
 * A community in which everybody wrote something hostile into every field that there is: the people of the cast,
 * and one more person, resource, event and gift for each text. leave() takes all of it out again.
 */
export async function makeHostile(site: Site, cast: Person[]) {
  const { sql } = site
  const columns = await textColumns(sql as never)
  const of = (table: string) => columns.filter((one) => one.table === table)
  // By id: the name of the text that it is full of.
  const people = new Map<string, string>()
  const resources = new Map<string, string>()
  const events = new Map<string, string>()

  for (const [name, text] of named) {
    const [person, resource, event] = [randomUUID(), randomUUID(), randomUUID()]
    people.set(person, name)
    resources.set(resource, name)
    events.set(event, name)
    await sql`insert into public.members (id, origin) values (${person}, 'import')`
    await sql`insert into public.profiles (member_id, is_visible, access_until) values (${person}, true, 'infinity')`
    await sql`insert into public.resources (id, kind, title, url) values (${resource}, 'link', 'x', 'https://example.org/')`
    await sql`insert into public.events (id, title, starts_at, ends_at, visibility, state)
      values (${event}, 'x', now() + interval '1 day', now() + interval '2 days', 'member', 'published')`
    for (const one of of('public.profiles')) await fill(site, one, person, text)
    for (const one of of('public.resources')) await fill(site, one, resource, text)
    await sql`insert into public.event_regions (name) values (${text.trim().slice(0, 60)}) on conflict do nothing`
    for (const column of eventTexts) {
      await fill(site, { table: 'public.events', key: 'id', column, isArray: false }, event, text)
    }
    await makeGuests(site, event, person, cast, text)
    await endSome(site, event, events.size)
    await sql`update public.resources set published_at = now() where id = ${resource}`
  }
  // A file, whose name is a leader's as well.
  const file = [...resources.keys()][0]!
  const path = `${file}/${randomUUID()}.pdf`
  await sql`insert into storage.objects (bucket_id, name, metadata)
    values ('resources', ${path}, ${sql.json({ mimetype: 'application/pdf', size: 1000 })})`
  await sql`update public.resources set kind = 'file', file_path = ${path}, file_name = ${hostile.handler!} where id = ${file}`

  const members = cast.filter((one) => one.memberId)
  for (const [at, { memberId }] of members.entries()) {
    for (const one of of('public.profiles')) await fill(site, one, memberId!, texts[at * 3]!)
    await sql`update public.donations set note = ${texts[at]!}, in_honour_of = ${texts[at + 4]!} where member_id = ${memberId!}`
    await sql`insert into public.consents (member_id, channel, granted, source)
      values (${memberId!}, 'slack', true, ${texts[at + 8]!})`
  }

  return {
    people,
    resources,
    events,
    async leave() {
      await sql`delete from public.members where id = any (${[...people.keys()]})`
      await sql`delete from public.resources where id = any (${[...resources.keys()]})`
      await sql`delete from public.events where id = any (${[...events.keys()]})`
      await sql`delete from public.event_regions where name = any (${texts.map((text) => text.trim().slice(0, 60))})`
      await sql.begin(async (tx) => {
        await tx`set local storage.allow_delete_query = 'true'`
        await tx`delete from storage.objects where bucket_id = 'resources' and name = ${path}`
      })
    },
  }
}

/** Watches a browser's page for anything that a text brings about: `found` is what it saw so far. */
export async function watch(page: Page, site: Site) {
  const found: string[] = []
  const underWay = new Set<Request>()
  let last = 0
  const known = [site.urls.site, site.urls.api]
  await page.exposeFunction(tripwire, (mark: string) => found.push(`${mark} ran`))
  await page.addInitScript((name) => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const report = (window as never as Record<string, (mark: string) => void>)[name]
      report?.(`${event.effectiveDirective} for ${event.blockedURI} ${event.sample}`)
    })
  }, tripwire)
  page.on('dialog', (dialog) => {
    found.push(`a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('pageerror', (error) => found.push(`an error: ${error.message}`))
  page.on('request', (request) => {
    const url = request.url()
    if (!known.some((origin) => url.startsWith(`${origin}/`)) && !/^(data:image|blob:)/.test(url))
      found.push(`asked ${url.slice(0, 200)}`)
  })
  page.on('request', (request) => underWay.add(request))
  const ended = (request: Request) => {
    underWay.delete(request)
    last = Date.now()
  }
  page.on('requestfinished', ended)
  page.on('requestfailed', ended)
  page.on('framenavigated', (frame) => {
    if (!/^(about:blank|https?:)/.test(frame.url())) found.push(`went to ${frame.url()}`)
  })
  /** Waits until the page has asked for nothing for a moment. */
  const quiet = () =>
    vi.waitFor(() => expect(underWay.size === 0 && Date.now() - last > 60).toBe(true), {
      timeout: 30_000,
      interval: 20,
    })
  /** Before another address is opened: what the page before had found and still waited for is no matter any more. */
  const begin = () => {
    found.length = 0
    underWay.clear()
  }
  return { found, begin, quiet }
}

/** What stands in the page that no text may put there, and whether hostile text is shown at all. */
export function look(page: Page) {
  return page.evaluate(
    ([mark, away]) => {
      const odd: string[] = []
      for (const one of document.querySelectorAll('*')) {
        for (const { name, value } of one.attributes) {
          if (/^on/i.test(name)) odd.push(`<${one.localName} ${name}>`)
          if (['href', 'src', 'action', 'formaction', 'srcdoc', 'xlink:href'].includes(name)) {
            const { protocol } = new URL(value, location.href)
            if (
              !/^(https?|mailto|tel|webcal|blob):$/.test(protocol) &&
              !value.startsWith('data:image/')
            )
              odd.push(`<${one.localName} ${name}="${value.slice(0, 80)}">`)
            if (one.localName !== 'a' && value.startsWith(away!))
              odd.push(`<${one.localName}> of ${value}`)
          }
        }
      }
      for (const one of document.querySelectorAll(
        'base, meta[http-equiv="refresh"], [srcdoc], object, embed',
      ))
        odd.push(`<${one.localName}>`)
      for (const one of document.querySelectorAll('a[target="_blank"]'))
        if (!/noopener|noreferrer/.test(one.getAttribute('rel') ?? ''))
          odd.push('a link that hands over its window')
      if (getComputedStyle(document.body).display === 'none') odd.push('the page is hidden')
      const { scrollWidth, clientWidth } = document.documentElement
      if (scrollWidth > clientWidth) {
        const right = (one: Element) => one.getBoundingClientRect().right
        const wide = [...document.body.querySelectorAll('*')].filter(
          (one) => right(one) > clientWidth + 1,
        )
        const names = wide.slice(-3).map((one) => `${one.localName}.${one.className}`)
        odd.push(`can be pushed ${scrollWidth - clientWidth} px sideways: ${names.join(', ')}`)
      }
      const fields = [...document.querySelectorAll<HTMLInputElement>('input, textarea')].map(
        (one) => one.value,
      )
      return {
        odd,
        // The longest word leaves no room for another text beside it.
        shows: [`${mark}('`, 'x'.repeat(2000)].some((text) =>
          `${document.body.innerText}\n${fields.join('\n')}`.includes(text),
        ),
      }
    },
    [tripwire, elsewhere],
  )
}
