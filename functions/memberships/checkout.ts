import { z } from 'zod'
import { readJson } from '../_shared/body.ts'
import { clientOf } from '../_shared/client.ts'
import { required } from '../_shared/env.ts'
import type { Ctx } from '../_shared/http.ts'
import { Refusal } from '../_shared/problems.ts'
import type { StripeObject } from '../_shared/providers/stripe.ts'
import { StripeError } from '../_shared/providers/stripe_errors.ts'
import { sha256 } from '../_shared/secrets.ts'
import { callerOf, publishableKeys, requireKey, type User } from '../_shared/user.ts'
import type { DoorDeps } from './deps.ts'
import { onOurSite } from './return_path.ts'

const currency = z.string().regex(/^[a-z]{3}$/, 'must be three small letters, such as usd')

/** What a buyer says. Prices are not among it: keys that are not here are dropped. */
const checkoutBody = z
  .object({
    tier: z.string().max(40).optional(),
    donation: z
      .object({
        amount: z.int('must be a whole number of cents'),
        currency: currency.optional(),
        interval: z.enum(['once', 'month']).default('once'),
        note: z.string().trim().max(400).optional(),
        in_honour_of: z.string().trim().max(200).optional(),
      })
      .optional(),
    currency: currency.optional(),
    email: z.string().max(254).optional(),
    return_path: z.string().max(500).optional(),
    // A field that people do not see, and that programs fill in.
    website: z.string().max(0, 'must be left empty').optional(),
  })
  .refine((body) => (body.tier === undefined) !== (body.donation === undefined), {
    message: 'Choose a tier or a donation, one of the two',
    path: ['tier'],
  })

/** Opens a hosted checkout for a tier or a donation and answers its address as `{ url }`. */
export async function checkout(c: Ctx, deps: DoorDeps): Promise<Response> {
  const keys = publishableKeys(deps.env)
  const user = await callerOf(c.req.raw, keys, deps.askAuth())
  requireKey(c.req.raw, keys, user)
  const { return_path, website: _, ...wish } = await readJson(c.req.raw, checkoutBody)
  const site = required(deps.env, 'SITE_URL')
  const [thanks, back] = wish.tier ? ['/welcome', '/join'] : ['/thank-you', '/donate']
  const urls = {
    success_url: `${new URL(thanks, site).href}?session_id={CHECKOUT_SESSION_ID}`,
    cancel_url: onOurSite(return_path ?? back, site, 'return_path'),
  }

  const client = clientOf(c.req.raw, deps.env)
  const sql = deps.sql()
  await sql`select private.admit_checkout(${client})`
  const [row] = await sql<{ session: StripeObject }[]>`
    select private.open_checkout(${user?.id ?? null}::uuid, ${sql.json(wish)}) as session`
  const given = c.req.header('idempotency-key')
  // Bound to the caller, so that nobody is handed the session of another by guessing a key.
  const key = given ? sha256(`checkout ${user?.id ?? client} ${given}`) : deps.randomId()
  const url = await open({ ...row!.session, ...urls }, user, key, deps)
  return c.json({ url })
}

async function open(session: StripeObject, user: User | null, key: string, deps: DoorDeps) {
  try {
    return await deps.stripe().createCheckout(session, key)
  } catch (error) {
    if (!(error instanceof StripeError)) throw error
    if (error.code === 'idempotency_error') {
      throw new Refusal(409, 'This Idempotency-Key was used for something else', {
        remedy: 'Send a new one.',
      })
    }
    const { customer, ...rest } = session
    if (error.code !== 'resource_missing' || error.param !== 'customer') throw error
    // Deleted at Stripe, and its event is still on its way: she pays as a new customer.
    const sql = deps.sql()
    await sql`select private.apply_customer(
      ${sql.json({ id: String(customer) })}, 'deleted', private.clock(), 'checkout', private.clock())`
    const address = user?.email ? { customer_email: user.email } : {}
    return await deps.stripe().createCheckout({ ...rest, ...address }, `${key}-new-customer`)
  }
}
