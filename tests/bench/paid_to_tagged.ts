/**
 * From paid to tagged: milliseconds from the arrival of the webhook that makes somebody a member to her tags at
 * Mailchimp, idle and with a bulk run of other jobs ahead. Uses the whole local stack and its sandbox.
 */

import { pay } from '../../scripts/demo/join.ts'
import { until } from '../../scripts/demo/say.ts'
import { createWorld } from '../../scripts/demo/world.ts'
import type { Stack } from '../../scripts/local/stack.ts'

export interface PaidToTaggedRow {
  situation: string
  samples: number
  p50: number
  p95: number
  max: number
}

const quantile = (values: number[], q: number) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ??
  Number.NaN

/** When the sandbox's Mailchimp tagged this address, in wall milliseconds. */
async function taggedAt(stack: Stack, email: string): Promise<number> {
  return until(
    `tags of a new member`,
    async () => {
      const entry = stack.sandbox?.mailchimp.ledger
        .entries({ effect: 'tags.changed' })
        .find((candidate) => candidate.detail?.email === email)
      return entry ? Date.parse(entry.at) : undefined
    },
    120_000,
  )
}

/** When the webhook that made this person a member reached us, in wall milliseconds. */
async function receivedAt(stack: Stack, email: string): Promise<number> {
  return until('the attempt on record', async () => {
    const [row] = await stack.sql<{ at: Date }[]>`
      select min(e.received_at) as at
        from public.member_emails m
        join jobs.attempts a on a.kind = 'sync_contact' and a.args ->> 'member_id' = m.member_id::text
        join private.stripe_events e on e.event_id = a.correlation_id
       where m.email = ${email}`
    return row?.at?.getTime()
  })
}

/** Measures so many joins one after the other; `ahead` other contacts are owed to Mailchimp before each. */
export async function run(
  stack: Stack,
  options: { samples?: number; ahead?: number } = {},
): Promise<PaidToTaggedRow[]> {
  const { samples = 40, ahead = 1000 } = options
  const world = createWorld(stack)
  const rows: PaidToTaggedRow[] = []
  const measure = async (situation: string, count: number, before: () => Promise<unknown>) => {
    const took: number[] = []
    for (let index = -2; index < count; index++) {
      const email = `joiner-${situation.length}-${index + 2}@example.net`
      await stack.sql`delete from private.rate_limits`
      await before()
      await pay(world, email, 'New Member')
      const tagged = await taggedAt(stack, email)
      if (index >= 0) took.push(tagged - (await receivedAt(stack, email)))
    }
    rows.push({
      situation,
      samples: took.length,
      p50: quantile(took, 0.5),
      p95: quantile(took, 0.95),
      max: Math.max(...took),
    })
  }
  const settled = async () => {
    await until(
      'an empty queue',
      async () => {
        const [row] =
          await stack.sql`select count(*)::int as open from admin.jobs where state in ('pending', 'processing')`
        return row?.open === 0
      },
      120_000,
    )
  }
  await settled()
  await measure('idle', samples, async () => {})
  await settled()
  await measure(
    `${ahead} bulk jobs ahead`,
    Math.max(3, Math.floor(samples / 8)),
    () => stack.sql`
    select cardinality(jobs.enqueue_many('audience', 'sync_contact',
      array(select jsonb_build_object('member_id', m.member_id)
              from public.memberships m, generate_series(1, ${ahead}::int) n limit ${ahead}::int), priority => 'bulk'))`,
  )
  await settled()
  return rows
}
