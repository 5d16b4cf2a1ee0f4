import type { World } from '../world.ts'
import { checkoutRoute } from './checkout-routes.ts'
import { confirmRoute, invoiceRoute } from './invoice-routes.ts'
import { notice } from './layout.ts'
import { portalRoute } from './portal-routes.ts'
import { chargePage } from './receipt-page.ts'

/** Answers the pages that people see: checkout, billing portal, invoices and receipts. */
export async function servePage(world: World, request: Request): Promise<Response> {
  const [first, second, third, ...rest] = new URL(request.url).pathname.split('/').slice(1)
  if (request.method !== 'GET' && request.method !== 'POST') {
    return new Response(null, { status: 405, headers: { allow: 'GET, POST' } })
  }
  if (first === 'c' && second === 'pay' && third) {
    return checkoutRoute(world, request, third, rest[0])
  }
  if (first === 'p' && second === 'session' && third) {
    return portalRoute(world, request, third, rest)
  }
  if (first === 'confirm' && second) return confirmRoute(world, request, second)
  if (first === 'i' && second) return invoiceRoute(world, request, second)
  if (first === 'receipts' && second) return chargePage(world, second)
  return notice(world, 'There is nothing here', 'Check the address.', world.siteUrl, 404)
}
