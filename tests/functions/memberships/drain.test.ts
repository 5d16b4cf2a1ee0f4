import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createApp } from '../../../functions/memberships/app.ts'
import { createDeps } from '../../../functions/memberships/create_deps.ts'
import { type House, openHouse } from '../support/house.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house?.close())

const ring = (headers: Record<string, string> = {}) =>
  house.memberships.request('/memberships/drain', { method: 'POST', headers })

describe('The worker’s door', () => {
  it('answers at once and works behind it', async () => {
    const [job] = await house.sql`
      select jobs.enqueue('memberships', 'resolve_charge', '{"charge_id": "ch_unknown"}') as id`
    const response = await ring({ authorization: 'Bearer test-worker-secret' })
    expect(response.status).toBe(202)
    expect(await response.json()).toEqual({ accepted: true })
    await vi.waitFor(
      async () => {
        const [done] =
          await house.sql`select outcome, note from jobs.attempts where job = ${job!.id}`
        expect(done).toEqual({ outcome: 'completed', note: 'nothing left to do' })
      },
      { timeout: 30_000 },
    )
  })

  it('opens to nobody without the secret', async () => {
    expect((await ring()).status).toBe(401)
    expect((await ring({ authorization: 'Bearer wrong' })).status).toBe(401)
    expect((await ring({ authorization: 'Bearer ' })).status).toBe(401)
    expect((await ring({ authorization: 'test-worker-secret' })).status).toBe(401)
  })

  it('stays shut with 503 while the secret is not configured', async () => {
    delete house.env.WORKER_SECRET
    expect((await ring({ authorization: 'Bearer undefined' })).status).toBe(503)
    expect((await ring({ authorization: 'Bearer ' })).status).toBe(503)
    house.env.WORKER_SECRET = 'test-worker-secret'
  })

  it('answers 503, and leaves the jobs where they are, while a setting of the worker is missing', async () => {
    const env: Record<string, string | undefined> = {
      ...house.env,
      SUPABASE_DB_URL: house.url,
      STRIPE_SECRET_KEY: undefined,
    }
    const deps = createDeps({
      env: (name) => env[name],
      log: house.log,
      now: () => new Date(),
      randomId: () => 'fixed',
      waitUntil: (work) => void work,
    })
    const headers = { authorization: 'Bearer test-worker-secret' }
    // The worker of an earlier test may still have a word to say.
    const before = house.lines.length
    const response = await createApp(deps).request('/memberships/drain', {
      method: 'POST',
      headers,
    })
    expect(response.status).toBe(503)
    expect(house.lines.slice(before).map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ event: 'configuration.missing', setting: 'STRIPE_SECRET_KEY' }),
    )
    await deps.sql().end()
  })
})
