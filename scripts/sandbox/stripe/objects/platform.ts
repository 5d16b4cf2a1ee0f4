import { type Route, route } from '../api.ts'
import { DAY } from '../calendar.ts'
import { invalid, missing, required } from '../errors.ts'
import { flag, items, mergeMetadata, type Params, text, unsettable } from '../form.ts'
import { newestFirst, PAGE, page, within } from '../lists.ts'
import { newEndpoint, type StripeEvent } from '../shapes/platform.ts'
import { idOf, now, type World } from '../world.ts'

const EVENTS_KEPT = 30 * DAY

const findEndpoint = (world: World, id: string) => {
  const endpoint = world.endpoints.get(id)
  if (!endpoint) throw missing('webhook endpoint', id)
  return endpoint
}

/** Whether a type fits `charge.refunded`, `invoice.*` or `*`. */
const fitsType = (pattern: string, type: string) =>
  pattern === '*' ||
  pattern === type ||
  (pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1)))

const enabledEvents = (params: Params) =>
  items(params, 'enabled_events').filter((type) => typeof type === 'string')

/** The routes of events, webhook endpoints and the account; `delivered` says what arrived. */
export const platformRoutes = (delivered: (event: StripeEvent) => boolean): Route[] => [
  route('GET', '/v1/events', `type types created delivery_success ${PAGE}`, (world, call) => {
    const created = within(call.params, 'created')
    const one = text(call.params, 'type')
    const types = one ? [one] : items(call.params, 'types').map(String)
    const success = flag(call.params, 'delivery_success')
    const fits = newestFirst(world.events)
      .filter((e) => e.created > now(world) - EVENTS_KEPT && created(e.created))
      .filter((e) => types.length === 0 || types.some((t) => fitsType(t, e.type)))
      .filter((e) => success === undefined || delivered(e) === success)
    return page(call, '/v1/events', fits)
  }),
  route('GET', '/v1/events/:id', '', (world, { id }) => {
    const event = world.events.get(id)
    if (!event || event.created <= now(world) - EVENTS_KEPT) throw missing('event', id)
    return event
  }),
  route(
    'POST',
    '/v1/webhook_endpoints',
    'url enabled_events api_version description metadata connect',
    (world, { params }) => {
      const url = text(params, 'url')
      const events = enabledEvents(params)
      if (!url || !URL.canParse(url)) throw invalid('Invalid URL', 'url', 'url_invalid')
      if (events.length === 0) throw required('enabled_events')
      const endpoint = newEndpoint(idOf(world, 'we'), now(world), url, events)
      endpoint.description = text(params, 'description') ?? null
      endpoint.metadata = mergeMetadata({}, params)
      endpoint.api_version = text(params, 'api_version') ?? null
      const secret = idOf(world, 'whsec', 32)
      world.endpoints.set(endpoint.id, endpoint)
      world.endpointSecrets.set(endpoint.id, secret)
      return { ...endpoint, secret }
    },
  ),
  route('GET', '/v1/webhook_endpoints', PAGE, (world, call) =>
    page(call, '/v1/webhook_endpoints', newestFirst(world.endpoints)),
  ),
  route('GET', '/v1/webhook_endpoints/:id', '', (world, { id }) => findEndpoint(world, id)),
  route(
    'POST',
    '/v1/webhook_endpoints/:id',
    'url enabled_events disabled description metadata',
    (world, { id, params }) => {
      const endpoint = findEndpoint(world, id)
      const events = enabledEvents(params)
      if (events.length > 0) endpoint.enabled_events = events
      endpoint.url = text(params, 'url') ?? endpoint.url
      const description = unsettable(params, 'description')
      if (description !== undefined) endpoint.description = description
      endpoint.metadata = mergeMetadata(endpoint.metadata, params)
      const disabled = flag(params, 'disabled')
      if (disabled !== undefined) endpoint.status = disabled ? 'disabled' : 'enabled'
      return endpoint
    },
  ),
  route('DELETE', '/v1/webhook_endpoints/:id', '', (world, { id }) => {
    findEndpoint(world, id)
    world.endpoints.delete(id)
    return { id, object: 'webhook_endpoint', deleted: true }
  }),
  route('GET', '/v1/balance', '', (world) => {
    const sum = [...world.transactions.values()].reduce((total, t) => total + t.net, 0)
    const amount = (value: number) => [
      { amount: value, currency: 'usd', source_types: { card: value } },
    ]
    return { object: 'balance', available: amount(sum), livemode: false, pending: amount(0) }
  }),
  route('GET', '/v1/account', '', (world) => ({
    id: 'acct_sandbox',
    object: 'account',
    business_profile: { name: world.merchant, url: world.siteUrl },
    charges_enabled: true,
    country: 'US',
    default_currency: 'usd',
    details_submitted: true,
    email: null,
    payouts_enabled: true,
    type: 'standard',
  })),
]
