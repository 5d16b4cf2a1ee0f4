import type { Narrator } from './say.ts'
import { until } from './say.ts'
import type { World } from './world.ts'

const column = (text: string, width: number) => text.padEnd(width)
const after = (paidAt: Date, at: Date) =>
  `${`${at.getTime() - paidAt.getTime()} ms`.padStart(7)} after paying`

export interface Arrival {
  id: string
  type: string
  state: string
  at: Date
}

/** Lists the webhooks of one payment as the door took them in. Returns those that had an effect. */
export async function showWebhooks(
  world: World,
  { expect, detail }: Narrator,
  email: string,
  paidAt: Date,
): Promise<Arrival[]> {
  await world.stripe('settle', {})
  const events = await world.sql<Arrival[]>`
    select e.event_id as id, e.type, e.state::text, e.received_at as at
      from private.stripe_events e
      join private.stripe_customers c
        on c.customer_id in (e.object_id, e.payload -> 'data' -> 'object' ->> 'customer')
     where c.email = ${email} order by e.received_at`
  const applied = events.filter(({ state }) => state === 'applied')
  const others = events.filter(({ state }) => state !== 'applied')
  expect(
    'Commons',
    `${events.length} signed webhooks arrived; ${applied.length} of them change something:`,
    applied.some(({ type }) => type === 'checkout.session.completed') &&
      others.every(({ state }) => state === 'ignored'),
  )
  for (const { type, state, at } of applied) {
    detail(`${after(paidAt, at)}  ${column(type, 30)}  ${state}`)
  }
  detail(`The other ${others.length} are of types that need nothing: kept, with a note.`)
  return applied
}

interface Attempt {
  kind: string
  outcome: string
  attempt: number
  duration_ms: number
  ended_at: Date
  correlation_id: string
}

/** Lists the jobs that brought somebody to Mailchimp. Returns the correlation ids that they carry. */
export async function showJobs(
  world: World,
  { expect, detail }: Narrator,
  email: string,
  paidAt: Date,
): Promise<string[]> {
  const jobs = await until('the jobs are on record', async () => {
    const rows = await world.sql<Attempt[]>`
      select a.kind, a.outcome::text, a.attempt, a.duration_ms, a.correlation_id,
             a.started_at + a.duration_ms * interval '1 millisecond' as ended_at
        from jobs.attempts a
        join public.member_emails e on e.member_id::text = a.args ->> 'member_id'
       where e.email = ${email} and a.queue = 'audience' order by ended_at`
    return rows.some(({ kind }) => kind === 'start_welcome') ? rows : undefined
  })
  expect(
    'Commons',
    `${jobs.length} jobs ran and completed:`,
    jobs.every(({ outcome }) => outcome === 'completed'),
  )
  for (const { kind, outcome, attempt, duration_ms, ended_at } of jobs) {
    const how = `${outcome} at attempt ${attempt}, took ${duration_ms} ms`
    detail(`${after(paidAt, ended_at)}  ${column(kind, 30)}  ${how}`)
  }
  return [...new Set(jobs.map(({ correlation_id }) => correlation_id))]
}

/** Shows that the webhook's id stands on everything that it caused. */
export async function showCorrelation(
  world: World,
  { expect, detail }: Narrator,
  webhooks: Arrival[],
  ids: string[],
): Promise<void> {
  const [id = ''] = ids
  const cause = webhooks.find((webhook) => webhook.id === id)
  const audited = await world.sql<{ action: string }[]>`
    select action from private.audit_log where correlation_id = ${id} order by id`
  const lines = world.lines.filter((line) => line.includes(id))
  expect(
    'Commons',
    `One correlation id leads through all of it: ${id}`,
    ids.length === 1 && cause && audited.length > 0 && lines.length > 0,
  )
  detail(`It is the id of the webhook ${cause?.type}.`)
  detail(`It stands in the audit log: ${audited.map(({ action }) => action).join(', ')}.`)
  detail(`It stands on each of these jobs, and in ${lines.length} lines of the functions' logs.`)
}
