import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { fresh } from '../functions/support/events.ts'
import { type House, openHouse } from '../functions/support/house.ts'
import { contactOf, join } from '../functions/support/people.ts'
import { workerThatHangs } from './killed_worker_child.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house?.close())
afterEach(() => house.mailchimp.faults.clear())

const someone = () => `${fresh('someone')}@example.org`
const effects = (effect: string, email: string) =>
  house.mailchimp.ledger.entries({ effect }).filter(({ detail }) => detail?.email === email)
const evidenceOf = async (member: string) =>
  (
    await house.sql`
    select welcomed_at, welcome_evidence from private.audience_contacts where member_id = ${member}`
  )[0]

const everyFault = [
  'rate_limit',
  'server_error',
  'timeout_before',
  'timeout_after',
  'slow_drip',
  'garbage',
] as const

describe('The welcome starts exactly once', () => {
  it.each(everyFault)('whatever happens to the first call: %s', async (kind) => {
    const email = someone()
    house.mailchimp.faults.add({ kind, times: 1, path: 'trigger' })
    const { member_id } = await join(house, { email })
    await house.work()
    expect(effects('journey.started', email)).toHaveLength(1)
    expect((await evidenceOf(member_id))?.welcomed_at).toBeInstanceOf(Date)
  })

  it('and when the answer was lost, the second answer is the evidence', async () => {
    const email = someone()
    house.mailchimp.faults.add({ kind: 'timeout_after', times: 1, path: 'trigger' })
    const { member_id } = await join(house, { email })
    await house.work()
    expect((await evidenceOf(member_id))?.welcome_evidence).toContain('in the journey already')
  })

  it('also when the worker dies after the call, before it could say so', async () => {
    const email = someone()
    const { startJourney } = house.mailchimpClient
    house.mailchimpClient.startJourney = async (address) => {
      await startJourney(address)
      house.mailchimpClient.startJourney = startJourney
      throw new Error('The worker was killed')
    }
    const { member_id } = await join(house, { email })
    await house.work()
    expect(effects('journey.started', email)).toHaveLength(1)
    expect((await evidenceOf(member_id))?.welcome_evidence).toContain('in the journey already')
    const [effect] = await house.sql`
      select finished_at is not null as finished from jobs.effects where key = ${`welcome:${member_id}`}`
    expect(effect?.finished).toBe(true)
  })

  it('also when the job is replayed by hand', async () => {
    const email = someone()
    const { member_id } = await join(house, { email })
    await house.work()
    const args = house.sql.json({ member_id })
    await house.sql`select jobs.enqueue('audience', 'start_welcome', ${args})`
    await house.work()
    expect(effects('journey.started', email)).toHaveLength(1)
  })
})

describe('While Mailchimp is away', () => {
  it('nothing is lost: members keep joining, and all are there when it is back', async () => {
    house.mailchimp.faults.add({ kind: 'server_error' })
    const emails = [someone(), someone(), someone(), someone()]
    for (const email of emails) await join(house, { email })
    await house.workers.audience.drain()
    const [waiting] = await house.sql`
      select count(*)::int as jobs from jobs.delayed where queue = 'audience' and waiting_for = 'retry'`
    expect(waiting?.jobs).toBe(4)
    expect(await contactOf(house, emails[0]!).catch(() => 'away')).toBe('away')

    house.mailchimp.faults.clear()
    await house.work()
    for (const email of emails) {
      expect(await contactOf(house, email)).toMatchObject({ tags: ['active', 'member', 'monthly'] })
      expect(effects('journey.started', email)).toHaveLength(1)
    }
  })

  it('one call that fails in the middle leaves no half contact', async () => {
    const email = someone()
    house.mailchimp.faults.add({ kind: 'server_error', times: 1, path: 'tags' })
    await join(house, { email })
    await house.work()
    expect(await contactOf(house, email)).toMatchObject({ tags: ['active', 'member', 'monthly'] })
  })
})

describe('A worker process that is killed while it brings over a contact', () => {
  it('has the job taken over when its lease ends, and its late report changes nothing', async () => {
    const lease = (seconds: number) => house.sql`
      update jobs.kinds set lease = ${`${seconds} seconds`} where queue = 'audience' and kind = 'sync_contact'`
    const email = someone()
    await join(house, { email })
    await lease(2)
    const child = await workerThatHangs(house.url, 'audience', 'sync_contact')
    const [held] = await house.sql`
      select (message ->> 'job')::int as job, msg_id::int, read_ct, 'interactive' as priority
        from pgmq.q_audience where (message ->> 'job')::int = ${child.job}`
    await child.kill()
    await lease(30)
    // The lease that it had runs on the real clock.
    const tags = ['active', 'member', 'monthly']
    await vi.waitFor(
      async () => {
        await house.work()
        expect(await contactOf(house, email)).toMatchObject({ tags })
      },
      { timeout: 30_000, interval: 300 },
    )
    const late = house.sql.json([{ ...held, outcome: 'completed', duration_ms: 1 }] as never)
    const [answer] = await house.sql`select stale from jobs.exchange('audience', ${late})`
    expect(answer?.stale).toEqual([String(child.job)])
    const attempts = await house.sql`
      select outcome from jobs.attempts where job = ${child.job} order by attempt`
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['lost', 'completed'])
    expect(effects('journey.started', email)).toHaveLength(1)
  })
})
