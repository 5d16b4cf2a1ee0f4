import { pay } from './join.ts'
import type { Narrator } from './say.ts'
import { until } from './say.ts'
import type { World } from './world.ts'

const id = '00000000-0000-4000-9000-0000000000d1'
const title = 'Supper in Porto'

/** How a guest stands here, and why. */
const guest = async (world: World, email: string) => {
  const [row] = await world.sql<{ status: string; reason: string; told: boolean }[]>`
    select g.status::text, g.reason::text, d.state = 'told' as told
      from private.event_guests g
      left join lateral (select d.state from private.guest_decisions d where d.guest_id = g.id order by d.id desc limit 1) d on true
     where g.event_id = ${id} and g.email = ${email}`
  return row
}
const decided = (world: World, email: string, status: string) =>
  until(
    `${email} is ${status}`,
    async () => {
      const row = await guest(world, email)
      return row?.status === status && row.told ? row : undefined
    },
    60_000,
  )

/** Lea fills in one form; Luma makes the page once, also when its answer is lost. */
export async function leaPublishes(world: World, { chapter, say, expect }: Narrator) {
  chapter('Lea publishes an evening')
  const lea = await world.signIn('lea@example.org')
  await world.faults(world.urls.luma, { kind: 'timeout_after', times: 1, path: 'events/create' })
  say('Luma', 'It will make the next event, and its answer will get lost.')
  const begins = new Date(Date.now() + 15 * 86_400_000)
  const row = {
    id,
    title,
    description: 'Twelve seats, one long table.',
    starts_at: begins.toISOString(),
    ends_at: new Date(begins.getTime() + 3 * 3_600_000).toISOString(),
    time_zone: 'Europe/Lisbon',
    place: 'Porto, Portugal',
    region: 'Europe',
    category: 'Dinner',
    visibility: 'public',
    capacity: 12,
    approval_required: true,
    guest_policy: 'decline',
    state: 'published',
  }
  const sent = await lea.client.from('events').insert(row)
  expect('Commons', `Lea, who leads Europe, sends her form: ${sent.status}.`, sent.status === 201)
  const again = await lea.client.from('events').insert(row)
  expect('Commons', `A double click makes no second one: ${again.status}.`, again.status === 409)
  const ada = await world.signIn('ada@example.org')
  const foreign = await ada.client.from('events').insert({ ...row, id: crypto.randomUUID() })
  expect(
    'Commons',
    `Ada, who leads nothing, is refused: ${foreign.status}.`,
    foreign.status === 403,
  )

  say(
    'Commons',
    'The call to Luma ends without an answer: it is looked up before it is sent again.',
  )
  const live = await until(
    'the event is live',
    async () => {
      const [found] = await world.sql`
      select l.luma_id, e.url from private.luma_events l join public.events e on e.id = l.event_id
       where l.event_id = ${id} and l.state = 'live'`
      return found
    },
    60_000,
  )
  const there = (await world.atLuma()).filter((event) => event.name === title)
  expect(
    'Luma',
    `There is one event of this name, at ${live.url}.`,
    there.length === 1 && there[0]?.id === live.luma_id,
  )
  expect(
    'Luma',
    'A host has to approve who comes, and nobody sees who else does.',
    there[0]?.require_approval === true && there[0]?.show_guest_list === false,
  )
  return String(live.luma_id)
}

/** Ada and a stranger register; each is decided in seconds; the stranger joins and is decided again. */
export async function guestsAreDecided(
  world: World,
  { chapter, say, expect }: Narrator,
  event: string,
) {
  chapter('Guests are decided in seconds')
  const register = async (email: string, name: string) => {
    await world.luma('register', { event, email, name, answers: {} })
    return Date.now()
  }
  const adaAt = await register('ada@example.org', 'Ada Park')
  say('Luma', 'Ada registers: a signed guest.registered goes out.')
  const ada = await decided(world, 'ada@example.org', 'approved')
  expect(
    'Commons',
    `Ada is approved, because she is a member (${Date.now() - adaAt} ms after she registered).`,
    ada.reason === 'entitled',
  )
  expect(
    'Luma',
    'Luma has it, and wrote to nobody by itself.',
    (await world.lumaSays(event, 'ada@example.org')) === 'approved',
  )
  await until('Ada was told', async () =>
    (await world.mails('ada@example.org')).some((mail) => mail.delivered),
  )
  expect(
    'Resend',
    'One mail with the good news arrived at her address.',
    (await world.mails('ada@example.org')).length === 1,
  )
  await until(
    'Ada was told in Slack',
    async () => (await world.posted('ada@example.org')).length > 0,
  )
  expect(
    'Slack',
    'One message says the same.',
    (await world.posted('ada@example.org')).length === 1,
  )

  await world.faults(world.urls.resend, { kind: 'server_error' })
  say('Resend', 'From now on every call answers 500.')
  const nia = 'nia@example.org'
  const niaAt = await register(nia, 'Nia Bright')
  say('Luma', 'Nia, whom nobody knows, registers.')
  const first = await decided(world, nia, 'declined')
  expect(
    'Commons',
    `Nia is declined, because she is no member (${Date.now() - niaAt} ms after she registered).`,
    first.reason === 'not_entitled',
  )
  await until('her mail failed once', async () => {
    const [row] = await world.sql`select from jobs.delayed where queue = 'messaging'`
    return row
  })
  expect(
    'Commons',
    'The mail that says why, and how to join, waits; nothing is lost.',
    (await world.mails(nia)).length === 0,
  )
  await world.mend(world.urls.resend)
  say('Resend', 'It works again.')
  const mail = await until('Nia was told', async () => (await world.mails(nia))[0], 60_000)
  expect(
    'Resend',
    `Her mail came by itself, with the way to join: “${mail.subject}”.`,
    mail.text.includes('/join/'),
  )

  await pay(world, nia, 'Nia Bright')
  say('Stripe', 'Nia joins: she pays the monthly tier.')
  await until('Nia is a member', async () => (await world.member(nia))?.is_entitled)
  await world.signIn(nia)
  const provedAt = Date.now()
  say('You', 'She signs in with the six-digit code, which proves that the address is hers.')
  const then = await decided(world, nia, 'approved')
  expect(
    'Commons',
    `Nia is decided again, and approved (${Date.now() - provedAt} ms after she signed in).`,
    then.reason === 'entitled',
  )
  expect('Luma', 'Luma has it.', (await world.lumaSays(event, nia)) === 'approved')
  const log = await world.sql<{ action: string }[]>`
    select a.action from private.audit_log a join private.event_guests g on a.target_type = 'guest' and a.target_id = g.id::text
     where g.event_id = ${id} and g.email = ${nia} order by a.id`
  expect(
    'Commons',
    `The audit log has one row a decision: ${log.map(({ action }) => action).join(', ')}.`,
    log.map(({ action }) => action).join() === 'events.guest_declined,events.guest_approved',
  )
  await world.sql`select admin.sweep_guests()`
  await until(
    'the sweep ended',
    async () => (await world.sql`select from private.guest_runs where finished_at is not null`)[0],
    60_000,
  )
  const [{ decisions } = { decisions: 0 }] = await world.sql`
    select count(*)::int as decisions from private.guest_decisions d join private.event_guests g on g.id = d.guest_id where g.event_id = ${id}`
  expect(
    'Commons',
    'The sweep that comes twice a day looks at everybody and decides nothing twice.',
    decisions === 3,
  )
}
