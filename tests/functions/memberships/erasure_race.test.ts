import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { erasureOf } from '../support/erasure.ts'
import { fresh, seconds } from '../support/events.ts'
import { type House, openHouse } from '../support/house.ts'
import { signIn } from '../support/people.ts'

let house: House
const { erase, holding, someone } = erasureOf(() => house)
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house?.close())

/** Somebody with a sign-in and a member row, who never paid. */
async function visitor() {
  const email = someone()
  const { id: user } = await signIn(house, email)
  await house.sql`select private.sign_up(${user}::uuid, ${email}, false, private.clock())`
  return { email, user }
}

/** Her first payment, with a customer that nobody has heard of. */
function payment(customer: string, email: string) {
  const created = seconds(new Date()) - 60
  const object = {
    ...{
      id: fresh('in'),
      object: 'invoice',
      customer,
      customer_email: email,
      customer_name: email,
    },
    ...{ status: 'paid', amount_due: 1000, amount_paid: 1000, currency: 'usd', attempt_count: 1 },
    ...{ created, lines: { data: [] } },
  }
  return { id: fresh('evt'), type: 'invoice.paid', created, livemode: false, data: { object } }
}

/** Two transactions at once: the first one is open until the second one waits for it. */
async function atOnce(first: string, firstArgs: unknown[], second: string, secondArgs: unknown[]) {
  let waiting: Promise<unknown> | undefined
  await house.sql.begin(async (tx) => {
    const [row] = await tx`select pg_backend_pid() as pid`
    await tx.unsafe(first, firstArgs as never)
    waiting = house.sql.unsafe(second, secondArgs as never).then((rows) => [...rows])
    await vi.waitFor(
      async () => {
        const [seen] = await house.sql`
        select count(*)::int as blocked from pg_stat_activity where ${row!.pid} = any (pg_blocking_pids(pid))`
        expect(seen!.blocked).toBe(1)
      },
      { timeout: 30_000 },
    )
  })
  await waiting
}
const taken = 'select private.receive_stripe_event($1::text::jsonb, false)'
const erased = 'select private.delete_my_account($1::uuid, $2, private.clock())'
const owed = async (customer: string) =>
  (await house.sql`select from private.erasures where subject = ${customer}`).length

it('a first payment that is being booked while she leaves goes with her, and its customer too', async () => {
  const her = await visitor()
  const customer = fresh('cus')
  const event = JSON.stringify(payment(customer, her.email))
  await atOnce(taken, [event], erased, [her.user, her.email])
  expect(await holding(her.email)).toEqual([])
  expect(await owed(customer)).toBe(1)
})

it.each([true, false])(
  'a payment that waits for her to leave brings nobody back (a known customer: %s)',
  async (known) => {
    const her = await visitor()
    const customer = fresh('cus')
    if (known) await house.sql`select private.hold_customer(${customer}, private.clock())`
    const event = JSON.stringify(payment(customer, her.email))
    await atOnce(erased, [her.user, her.email], taken, [event])
    expect(await holding(her.email)).toEqual([])
    expect(await owed(customer)).toBe(1)
  },
)

it('two clicks at the same moment leave one tombstone', async () => {
  const her = await visitor()
  await atOnce(erased, [her.user, her.email], erased, [her.user, her.email])
  const tombs = await house.sql`select from private.tombstone_keys where key = ${her.user}`
  expect(tombs.length).toBe(1)
  await erase(her.user, her.email)
  expect(await holding(her.email)).toEqual([])
})
