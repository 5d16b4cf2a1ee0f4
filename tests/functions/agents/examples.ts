import { expect } from 'vitest'
import { operationOfTool } from '../../../functions/agents/mcp_tools.ts'
import { shapes } from '../../../functions/agents/operations/index.ts'
import { answerOf } from '../../../functions/agents/shapes.ts'
import type { Community } from './community.ts'
import type { Done, Obedient } from './obedient.ts'
import type { AgentPage } from './pages.ts'

/** Walks the worked example of a page, call by call: each must be the one that the page shows. */
function follow(model: Obedient, page: AgentPage) {
  const left = [...page.calls]
  return {
    /** Makes the next call of the page, with arguments of this world. The answer has the fields that the page shows. */
    async step(args: Record<string, unknown> = {}): Promise<Done> {
      const shown = left.shift()
      if (!shown) throw new Error('The page shows no more calls')
      const fields = (given: object) =>
        Object.keys(given)
          .filter((name) => !headers.has(name))
          .sort()
      expect([shown.tool, fields(args)]).toEqual([shown.tool, fields(shown.arguments)])
      const done = await model.use(shown.tool, args)
      const { output } = shapes[operationOfTool(shown.tool)!]
      expect(
        answerOf(output).safeParse({ data: done.data, as_of: '2026-11-21T18:00:00Z' }),
      ).toMatchObject({ success: true })
      return done
    },
    ended: () => expect(left.map(({ tool }) => tool)).toEqual([]),
  }
}
const headers = new Set(['idempotency_key'])

const monthOf = (at: Date) => at.toISOString().slice(0, 7)

interface Movement {
  currency: string
  amount: number
  fee: number
  net: number
  created: number
}

/** The month's ledger equals Stripe to the cent, failed payments, what was given back. */
export async function finance(community: Community, model: Obedient, page: AgentPage) {
  const { step, ended } = follow(model, page)
  const all = await community.atStripe<Movement>('balance_transactions?limit=100')
  // The month that has movements, also when the next one has just begun.
  const month = monthOf(new Date(Math.max(...all.map(({ created }) => created)) * 1000))
  const { data: me } = await step()
  expect(me.scopes).toEqual(['payments:read'])
  const { data: ledger } = await step({ month })
  const begins = Date.parse(`${month}-01T00:00:00Z`) / 1000
  const booked = all.filter(({ created }) => created >= begins)
  const total = (what: 'amount' | 'fee' | 'net') =>
    booked.reduce((all, each) => all + each[what], 0)
  expect(booked.length).toBeGreaterThan(2)
  expect(ledger.stripe).toMatchObject([
    {
      currency: 'usd',
      total: {
        count: booked.length,
        amount: total('amount'),
        fee: total('fee'),
        net: total('net'),
      },
    },
  ])
  expect(ledger.ours).toMatchObject([{ currency: 'usd', sum: total('amount') }])
  expect(ledger.differences).toEqual({ count: 0, list: [] })
  const { data: movements } = await step({ month, detail: true, limit: 100 })
  expect(movements.detail).toHaveLength(booked.length)
  const { data: failed } = await step()
  expect(failed).toMatchObject([
    { member: { id: community.people.dot.member_id }, amount_due: 1000 },
  ])
  const { data: refunds } = await step({ month })
  expect(refunds).toEqual([])
  ended()
}

/** Explains a member, mends a card, gives back within limits and beyond, ends a membership. */
export async function support(community: Community, model: Obedient, page: AgentPage) {
  const { step, ended } = follow(model, page)
  const { people, sql } = community
  const { data: task } = await step({ task: 'Ada asked for part of her year back' })
  const { change_set } = task
  const { data: found } = await step({ email: 'ada@example.org' })
  expect(found.members).toMatchObject([{ member: people.ada.member_id }])
  const member = found.members[0].member as string
  const { data: story } = await step({ member })
  expect(JSON.stringify(story.lines)).toContain('100.00')
  const { data: invoices } = await step({ member })
  const payment = invoices.find((one: { for: string }) => one.for === 'dues').invoice as string
  const reason = 'She asked for it by mail.'
  const { data: small } = await step({ payment, amount: 1500, reason, change_set })
  const { data: large } = await step({ payment, amount: 6000, reason, change_set })
  expect(large).toMatchObject({ state: 'waiting', amount: 6000 })
  // The small one is given back meanwhile.
  await community.work()
  await community.settle()
  // A person decides. What ran into the limits of the day because of others' words is decided in the same way.
  for (const one of [small, large].filter(({ state }) => state === 'waiting')) {
    await sql`select private.decide_proposal(${one.id}, true, ${people.kim.member_id}, 'As she asked', private.clock())`
  }
  await community.work()
  await community.settle()
  await community.work()
  const { data: settled } = await step({ proposal: large.id })
  expect(settled).toMatchObject({
    state: 'carried_out',
    decided_by: 'admin',
    provider_id: expect.stringMatching(/^re_/),
  })
  const { data: failing } = await step({ why: 'payment_failed' })
  expect(failing.members).toMatchObject([{ member: people.dot.member_id }])
  await step({ member: people.dot.member_id, change_set })
  const { data: ending } = await step({
    member: people.mal.member_id,
    when: 'period_end',
    reason,
    change_set,
  })
  expect(['approved', 'waiting']).toContain(ending.state)
  const { data: list } = await step({ change_set })
  expect(list.writes.length).toBeGreaterThanOrEqual(4)
  ended()
}

/** Sees who slips away, drafts a mail for an admin, puts an idea for an evening before the leaders. */
export async function engagement(community: Community, model: Obedient, page: AgentPage) {
  const { step, ended } = follow(model, page)
  const now = await community.now()
  const inHours = (hours: number) => new Date(now.getTime() + hours * 3_600_000).toISOString()
  const { data: slipping } = await step({})
  expect(slipping.members).toMatchObject([
    { member: community.people.dot.member_id, why: 'payment_failed' },
  ])
  await step({ months: 6 })
  const { data: events } = await step({ from: now.toISOString().slice(0, 10) })
  await step({ event: events[0].id })
  const { data: content } = await step({ kind: 'link' })
  await step({ resource: content[0].id })
  const { data: task } = await step({ task: 'Bring back who slips away' })
  const { change_set } = task
  const { data: draft } = await step({
    subject: 'We keep a chair for you',
    body: 'Three evenings this month are for those who have not been here for a while.',
    segment: { status: 'past_due' },
    why: 'Several members have not come for months.',
    change_set,
  })
  expect(draft).toMatchObject({ state: 'draft' })
  const { data: idea } = await step({
    title: 'An evening for those who were away',
    description: 'Bring a question that you have carried around for a while.',
    starts_at: inHours(60 * 24),
    ends_at: inHours(60 * 24 + 2),
    time_zone: 'America/Los_Angeles',
    why: 'Two members in three who slip away came to an evening before.',
    change_set,
  })
  expect(idea).toMatchObject({ state: 'open' })
  const { data: list } = await step({ change_set })
  expect(list.writes.map(({ action }: { action: string }) => action).sort()).toEqual([
    'audience.drafted',
    'events.proposed',
  ])
  ended()
}
