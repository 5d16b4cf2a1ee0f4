import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startStripe } from './stripe-support.ts'

let folder: string
let stateFile: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stripe-sandbox-'))
  stateFile = join(folder, 'run', 'stripe.json')
})
afterEach(() => rm(folder, { recursive: true }))

test('an account that has a file is the same after a restart, and its life goes on', async () => {
  const first = await startStripe({ stateFile })
  const { subscription, customer, session } = await first.subscribe()
  await first.stripe.customers.create({ email: 'other@example.org' })
  await first.close()

  const second = await startStripe({ stateFile })
  try {
    expect(await second.stripe.subscriptions.retrieve(subscription)).toMatchObject({ customer })
    expect((await second.stripe.checkout.sessions.listLineItems(session.id)).data).toHaveLength(1)
    expect((await second.stripe.customers.list()).data).toHaveLength(2)
    expect((await second.stripe.prices.list()).data).toHaveLength(6)
    await second.advanceDays(31.1)
    expect((await second.stripe.invoices.list({ subscription })).data).toHaveLength(2)
    // The endpoint's address is that of the new run, and it is told.
    expect(second.heard()).toContain('invoice.paid')
    await fetch(`${second.url}/_sandbox/reset`, { method: 'POST', body: '{}' })
  } finally {
    await second.close()
  }

  const third = await startStripe({ stateFile })
  expect((await third.stripe.customers.list()).data).toEqual([])
  await third.close()
})

test('without a file nothing outlives the process', async () => {
  const first = await startStripe()
  await first.subscribe()
  await first.close()
  const second = await startStripe()
  expect((await second.stripe.customers.list()).data).toEqual([])
  await second.close()
})
