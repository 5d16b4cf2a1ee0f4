import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hostile, tripwire } from '../attacks/hostile.ts'
import { type Kind, makePeople, tokenFor } from '../attacks/support.ts'
import { builtPages, isRunning } from './quality/built.ts'
import { carry } from './quality/support.ts'
import { look, makeHostile, watch } from './support/hostile.ts'
import { openSite, type Site } from './support/site.ts'

let site: Site
let cast: Awaited<ReturnType<typeof makePeople>>
let full: Awaited<ReturnType<typeof makeHostile>>
beforeAll(async () => {
  site = await openSite()
  cast = await makePeople()
  full = await makeHostile(site, Object.values(cast.people))
})
afterAll(async () => {
  await full?.leave()
  await cast?.leave()
  await site?.close()
})

/** Every page that was built, as a browser asks for it. */
const asPath = (file: string) => `/${file.replace(/index\.html$/, '')}`
const paths = builtPages().map(asPath)
/** Those that run anything: what a page without a script shows is the same for everybody and for every address. */
const running = builtPages().filter(isRunning).map(asPath)
const pathsFor = (kind: Kind) => (kind === 'visitor' ? paths : running)

/** Opens a browser as one kind of person, on a small phone, with an eye on everything that happens. */
async function as(kind: Kind) {
  const { page, context } = await site.visit({ width: 320 })
  const { userId, email, token: given } = cast.people[kind]
  if (given) {
    // Good from now on: the one that was made before the first test ends within the hour.
    const token = await tokenFor(userId)
    const expires_at = Math.floor(Date.now() / 1000) + 3600
    const user = { id: userId, email, aud: 'authenticated', role: 'authenticated' }
    await carry(context, {
      access_token: token,
      refresh_token: 'none',
      token_type: 'bearer',
      expires_in: 3600,
      expires_at,
      user,
    })
    await context.addInitScript(
      (role) => localStorage.setItem('commons-role', role),
      kind === 'leader' ? 'leader' : 'member',
    )
  }
  return { page, context, ...(await watch(page, site)) }
}

type Eye = Awaited<ReturnType<typeof as>>

/** Opens an address, waits until it shows what it has, and tells what is wrong with it. */
async function findings({ page, found, begin, quiet }: Eye, address: string, about = '') {
  begin()
  await page.goto(address, { waitUntil: 'load' })
  await page.waitForFunction(
    () => document.querySelector<HTMLElement>('#room')?.dataset.state !== 'checking',
  )
  await quiet()
  const { odd, shows } = await look(page)
  const place = `${address.split('?')[0]} ${about}`.trim()
  return { wrong: [...found, ...odd].map((one) => `${place}: ${one}`), shows }
}

/** A test opens dozens of pages. What hangs is given up by the page that it hangs on, and what is slow never. */
const patient = { timeout: 30 * 60_000 }

const kinds: Kind[] = ['visitor', 'stranger', 'ended', 'member', 'hidden', 'leader']

describe('hostile text in every field', () => {
  test.each(kinds)('does nothing on any page that a %s opens', patient, async (kind) => {
    const eye = await as(kind)
    const wrong: string[] = []
    const showing: string[] = []
    expect(paths.length).toBeGreaterThan(20)
    expect(running.length).toBeGreaterThan(10)
    for (const path of pathsFor(kind)) {
      const one = await findings(eye, path)
      wrong.push(...one.wrong)
      if (one.shows) showing.push(path)
    }
    await eye.context.close()
    expect(wrong).toEqual([])
    // Else this would prove nothing.
    if (kind === 'member')
      expect(showing).toEqual(
        expect.arrayContaining(['/directory/', '/account/profile/', '/resources/', '/calendar/']),
      )
    if (kind === 'leader') expect(showing).toEqual(expect.arrayContaining(['/lead/resources/']))
  })

  test('does nothing on anybody’s own page', patient, async () => {
    const eye = await as('member')
    const wrong: string[] = []
    const silent: string[] = []
    for (const [person, text] of full.people) {
      const one = await findings(eye, `/directory/person/?id=${person}`, text)
      wrong.push(...one.wrong)
      if (!one.shows) silent.push(text)
    }
    await eye.context.close()
    expect(wrong).toEqual([])
    expect(full.people.size).toBeGreaterThan(20)
    expect(silent).toEqual([])
  })

  test('does nothing on the page of a resource, or where a leader edits it', patient, async () => {
    const eye = await as('leader')
    const wrong: string[] = []
    const silent: string[] = []
    for (const [resource, text] of full.resources) {
      for (const path of ['/resources/view/', '/lead/resources/edit/']) {
        const one = await findings(eye, `${path}?id=${resource}`, text)
        wrong.push(...one.wrong)
        if (!one.shows) silent.push(`${path} ${text}`)
      }
    }
    await eye.context.close()
    expect(wrong).toEqual([])
    expect(silent).toEqual([])
  })
})

test(
  'hostile text does nothing on the page of an event, to come, over or canceled',
  patient,
  async () => {
    const eye = await as('member')
    const wrong: string[] = []
    const silent: string[] = []
    for (const [event, text] of full.events) {
      const one = await findings(eye, `/calendar/event/?id=${event}`, text)
      wrong.push(...one.wrong)
      if (!one.shows) silent.push(text)
    }
    await eye.context.close()
    expect(wrong).toEqual([])
    expect(full.events.size).toBeGreaterThan(20)
    expect(silent).toEqual([])
  },
)

test(
  'hostile text does nothing where a leader edits an event, or looks after its guests',
  patient,
  async () => {
    const ids = [...full.events.keys()]
    const { memberId } = cast.people.leader
    await site.sql`insert into public.event_hosts (event_id, member_id)
    select id, ${memberId!} from public.events where id = any (${ids}) on conflict do nothing`
    // Everybody who ever wrote something hostile comes to one of them.
    for (const [at, text] of Object.values(hostile).entries())
      await site.sql`insert into private.event_guests (event_id, luma_guest_id, email, name, status, luma_status, registered_at, seen_at, decided_by, reason, words, answers)
      values (${ids[0]!}, ${`gst-hostile-${at}`}, ${`hostile.${at}@attack.example`}, ${text.slice(0, 200)}, 'pending', 'pending', now(), now(), 'host', 'by_host', ${text},
        ${site.sql.json([{ label: text, value: text, question_type: 'text' }])})`
    const eye = await as('leader')
    const wrong: string[] = []
    const silent: string[] = []
    for (const [event, text] of full.events) {
      const one = await findings(eye, `/lead/events/edit/?id=${event}`, text)
      wrong.push(...one.wrong)
      if (!one.shows) silent.push(text)
    }
    for (const stage of ['upcoming', 'past', 'canceled']) {
      const one = await findings(eye, `/lead/events/?show=${stage}&whose=all`, stage)
      wrong.push(...one.wrong)
      if (!one.shows) silent.push(stage)
    }
    for (const view of ['pending', 'approved', 'declined', 'door']) {
      const one = await findings(eye, `/lead/events/guests/?id=${ids[0]}&show=${view}`, view)
      wrong.push(...one.wrong)
      if (view === 'pending' && !one.shows) silent.push('guests')
    }
    await eye.context.close()
    expect(wrong).toEqual([])
    expect(silent).toEqual([])
  },
)

describe('hostile text in the address', () => {
  const asked = [
    'search',
    'q',
    'place',
    'interest',
    'topic',
    'kind',
    'list',
    'when',
    'show',
    'whose',
    'region',
    'category',
    'mine',
    'stage',
    'tier',
    'amount',
    'id',
    'next',
    'billing',
    'session_id',
    'token_hash',
    'type',
    'email',
    'name',
    'message',
    'error',
    'error_description',
  ]
  const texts = [
    // Out of an attribute and into a script at once; then what is an address itself.
    `${hostile['out of an attribute']!}${hostile.script!}`,
    `javascript:${tripwire}('address')`,
    `//hostile.invalid/${tripwire}('x')`,
  ]

  test.each(['visitor', 'member', 'leader'] as const)(
    'does nothing to a %s',
    patient,
    async (kind) => {
      const eye = await as(kind)
      const wrong: string[] = []
      for (const path of pathsFor(kind)) {
        for (const text of running.includes(path) ? texts : texts.slice(0, 1)) {
          const query = new URLSearchParams(asked.map((name) => [name, text]))
          wrong.push(
            ...(await findings(eye, `${path}?${query}#${encodeURIComponent(text)}`, text)).wrong,
          )
        }
      }
      await eye.context.close()
      expect(wrong).toEqual([])
    },
  )
})
