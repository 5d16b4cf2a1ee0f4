import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createMailchimp } from '../../functions/_shared/providers/mailchimp.ts'
import { serveHttp } from '../../scripts/local/http.ts'
import { freePort } from '../functions/support/database.ts'
import { fresh } from '../functions/support/events.ts'
import { type House, openHouse } from '../functions/support/house.ts'
import { contactOf, join } from '../functions/support/people.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house?.close())
afterEach(() => house.mailchimp.faults.clear())

describe('Mailchimp has too many calls at once', () => {
  it.each([
    { what: 'the pause that it names', retryAfter: 7, least: 7 },
    { what: 'half a minute when it names none', retryAfter: undefined, least: 30 },
  ])('the job waits $what, and that is no failed attempt', async ({ retryAfter, least }) => {
    const email = `${fresh('someone')}@example.org`
    house.mailchimp.faults.add({
      kind: 'rate_limit',
      times: 1,
      path: 'members',
      ...(retryAfter === undefined ? {} : { retryAfter }),
    })
    const { member_id } = await join(house, { email })
    await house.workers.audience.drain()
    const [waiting] = await house.sql`
      select d.job, d.waiting_for, d.last_error, (d.message ->> 'attempt')::int as failed,
             extract(epoch from d.run_at - a.started_at) - a.duration_ms / 1000.0 as pause
        from jobs.delayed d join jobs.attempts a using (job)
       where d.message -> 'args' ->> 'member_id' = ${member_id}`
    expect(waiting).toMatchObject({ waiting_for: 'provider', failed: 0 })
    expect(waiting!.last_error).toBe('Mailchimp: 429 Too Many Requests')
    // A little is added by chance, so that the waiting do not all come back at once.
    expect(Number(waiting!.pause)).toBeGreaterThanOrEqual(least - 0.1)
    expect(Number(waiting!.pause)).toBeLessThan(least * 1.1 + 0.1)

    await house.work()
    expect(await contactOf(house, email)).toMatchObject({ tags: ['active', 'member', 'monthly'] })
    const attempts = await house.sql`
      select outcome, attempt from jobs.attempts where job = ${waiting!.job} order by started_at`
    expect([...attempts]).toEqual([
      { outcome: 'deferred', attempt: 1 },
      { outcome: 'completed', attempt: 1 },
    ])
  })

  it.each([
    {
      what: 'a bare 403 means the same',
      answer: () => new Response(null, { status: 403 }),
      kind: 'retry',
      retryAfter: 30,
    },
    {
      what: 'a 403 that is explained needs a person, and no pause',
      answer: () => Response.json({ title: 'Forbidden', status: 403 }, { status: 403 }),
      kind: 'misconfigured',
      retryAfter: undefined,
    },
    {
      what: 'a pause that ends at a date counts from the moment of the answer',
      answer: () =>
        new Response(null, {
          status: 503,
          headers: {
            date: 'Sat, 21 Nov 2026 10:00:00 GMT',
            'retry-after': 'Sat, 21 Nov 2026 10:01:00 GMT',
          },
        }),
      kind: 'retry',
      retryAfter: 60,
    },
  ])('$what', async (wish) => {
    const port = await freePort()
    const server = await serveHttp(port, () => wish.answer())
    const env: House['env'] = { ...house.env, MAILCHIMP_API_BASE: `http://127.0.0.1:${port}` }
    const client = createMailchimp((name) => env[name])
    const error = await client.ping().catch((reason: unknown) => reason)
    await server.close()
    expect(error).toMatchObject({ provider: 'Mailchimp', kind: wish.kind })
    expect((error as { retryAfter?: number }).retryAfter).toBe(wish.retryAfter)
  })
})
