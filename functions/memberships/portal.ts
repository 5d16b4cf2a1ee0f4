import { z } from 'zod'
import { readJson } from '../_shared/body.ts'
import { required } from '../_shared/env.ts'
import type { Ctx } from '../_shared/http.ts'
import { Refusal } from '../_shared/problems.ts'
import type { PortalRequest } from '../_shared/providers/stripe.ts'
import { publishableKeys, requireUser } from '../_shared/user.ts'
import type { DoorDeps } from './deps.ts'
import { onOurSite } from './return_path.ts'

const portalBody = z.object({
  flow: z.enum(['mend_card', 'cancel', 'change']).optional(),
  /** With flow `change`: the tier to confirm; without it Stripe's page shows them all. */
  tier: z.enum(['monthly', 'annual', 'donor_annual']).optional(),
  return_path: z.string().max(500).optional(),
})

/** Opens the billing portal of the caller's own customer and answers its address as `{ url }`. */
export async function portal(c: Ctx, deps: DoorDeps): Promise<Response> {
  const user = await requireUser(c.req.raw, publishableKeys(deps.env), deps.askAuth())
  const { flow, tier, return_path } = await readJson(c.req.raw, portalBody)
  const site = required(deps.env, 'SITE_URL')
  const returnUrl = onOurSite(return_path ?? '/account', site, 'return_path')

  const sql = deps.sql()
  const [row] = await sql<{ customer: string; subscription: string | null }[]>`
    select customer, (
        select s.subscription_id from public.subscriptions s
         where s.customer_id = customer and s.purpose = 'dues'
           and s.status in ('active', 'trialing', 'past_due')
         order by s.access_until desc limit 1
      ) as subscription
    from private.open_portal(${user.id}::uuid) customer`
  const { customer, subscription } = row!

  const request: PortalRequest = { customer, returnUrl }
  if (flow === 'mend_card') request.flow = { kind: flow }
  else if (flow === 'change' && tier) {
    const [change] = await sql<{ subscription_id: string; price_id: string }[]>`
      select * from private.tier_change(${user.id}::uuid, ${tier}, private.clock())`
    request.flow = {
      kind: 'confirm',
      subscription: change!.subscription_id,
      price: change!.price_id,
    }
  } else if (flow) {
    if (!subscription) {
      throw new Refusal(409, 'There is no membership to change', {
        field: 'flow',
        remedy: 'Join first.',
      })
    }
    request.flow = { kind: flow, subscription }
  }
  return c.json({ url: await deps.stripe().openPortal(request, deps.randomId()) })
}
