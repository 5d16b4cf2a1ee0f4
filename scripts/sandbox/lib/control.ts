import { z } from 'zod'
import type { Clock } from './clock.ts'
import type { Deliverer } from './deliver.ts'
import { type FaultSwitch, faultSchema } from './faults.ts'
import type { Gate } from './gate.ts'
import type { Ledger } from './ledger.ts'
import type { RequestLog } from './requests.ts'

interface Controls {
  name: string
  clock: Clock
  ledger: Ledger
  faults: FaultSwitch
  requests: RequestLog
  latency: { ms: number }
  deliverer?: Deliverer
  gate?: Gate
  reset?(): void
  control?(request: Request, path: string): Promise<Response | undefined>
}

const clockSchema = z.union([
  z.strictObject({ advance_to: z.iso.datetime({ offset: true }) }),
  z.strictObject({ advance_by: z.number().nonnegative() }),
  z.strictObject({ reset: z.literal(true) }),
])
const latencySchema = z.strictObject({ ms: z.number().int().min(0).max(60_000) })
const gateSchema = z.strictObject({ shut: z.boolean() })
const resetSchema = z.strictObject({ clock: z.boolean().optional() })
const switchSchema = z.strictObject({
  duplicate: z.boolean().optional(),
  reorder: z.boolean().optional(),
  drop: z.boolean().optional(),
  pause: z.boolean().optional(),
  forge: z.boolean().optional(),
})
const redeliverSchema = z.strictObject({ id: z.string() })

const body = async (request: Request) => {
  const text = await request.text()
  return text ? JSON.parse(text) : {}
}

/**
 * Answers the control routes under /_sandbox that every provider has. Wrong input gets 400 with a
 * sentence, an unknown route 404 with the list of those that exist.
 */
export async function control(request: Request, path: string, c: Controls): Promise<Response> {
  try {
    return await answer(request, path, c)
  } catch (error) {
    if (error instanceof z.ZodError) {
      return Response.json({ error: z.prettifyError(error) }, { status: 400 })
    }
    if (error instanceof SyntaxError || error instanceof RangeError) {
      return Response.json({ error: error.message }, { status: 400 })
    }
    throw error
  }
}

async function answer(request: Request, path: string, c: Controls): Promise<Response> {
  const { method } = request
  switch (`${method} ${path}`) {
    case 'GET /_sandbox/faults':
      return Response.json({ faults: c.faults.list() })
    case 'POST /_sandbox/faults': {
      const faults = z.union([faultSchema, z.array(faultSchema)]).parse(await body(request))
      for (const fault of [faults].flat()) c.faults.add(fault)
      return Response.json({ faults: c.faults.list() }, { status: 201 })
    }
    case 'DELETE /_sandbox/faults':
      c.faults.clear()
      return Response.json({ faults: [] })
    case 'GET /_sandbox/ledger': {
      const query = new URL(request.url).searchParams
      const filter = { effect: query.get('effect') ?? '', id: query.get('id') ?? '' }
      return Response.json({ entries: c.ledger.entries(filter) })
    }
    case 'GET /_sandbox/requests':
      return Response.json({
        in_flight: c.requests.inFlight(),
        max_in_flight: c.requests.maxInFlight(),
        requests: c.requests.entries(),
      })
    case 'DELETE /_sandbox/requests':
      c.requests.clear()
      return Response.json({ requests: [] })
    case 'GET /_sandbox/clock':
      return Response.json({ now: c.clock.now().toISOString() })
    case 'POST /_sandbox/clock': {
      const wish = clockSchema.parse(await body(request))
      if ('reset' in wish) c.clock.reset()
      else if ('advance_to' in wish) await c.clock.advanceTo(new Date(wish.advance_to))
      else await c.clock.advanceTo(new Date(c.clock.now().getTime() + wish.advance_by * 1000))
      return Response.json({ now: c.clock.now().toISOString() })
    }
    case 'POST /_sandbox/latency':
      c.latency.ms = latencySchema.parse(await body(request)).ms
      return Response.json(c.latency)
    case 'POST /_sandbox/reset': {
      const wish = resetSchema.parse(await body(request))
      c.faults.clear()
      c.latency.ms = 0
      c.gate?.set(false)
      await underWay(c)
      // Nothing waits from here on, so nothing comes in between.
      c.requests.clear()
      c.deliverer?.reset()
      c.reset?.()
      // Last: what a reset of the provider writes is no effect that a test should count.
      c.ledger.clear()
      // The other provider lives by the same clock, so it is only set back when asked for.
      if (wish.clock) c.clock.reset()
      return Response.json({ reset: c.name })
    }
  }
  if (c.deliverer && path.startsWith('/_sandbox/webhooks')) {
    const done = await webhooks(request, path, c.deliverer)
    if (done) return done
  }
  if (c.gate && path === '/_sandbox/gate' && (method === 'GET' || method === 'POST')) {
    if (method === 'POST') c.gate.set(gateSchema.parse(await body(request)).shut)
    return Response.json(c.gate.state())
  }
  const own = await c.control?.(request, path)
  if (own) return own
  const routes = ['faults', 'ledger', 'requests', 'clock', 'latency', 'reset']
  if (c.gate) routes.push('gate')
  if (c.deliverer) routes.push('webhooks')
  return Response.json(
    { error: `No such control. Under /_sandbox are: ${routes.join(', ')}.` },
    { status: 404 },
  )
}

/** Waits for the calls and the webhook that are under way, so that they come into nobody's next test. */
async function underWay({ requests, deliverer }: Controls): Promise<void> {
  do {
    await requests.settle()
    // What waits for its turn is not sent any more.
    deliverer?.reset()
    await deliverer?.settle()
    // A webhook may have made its receiver ask something.
  } while (requests.inFlight() > requests.held())
}

async function webhooks(request: Request, path: string, deliverer: Deliverer) {
  switch (`${request.method} ${path}`) {
    case 'GET /_sandbox/webhooks':
      return Response.json({ switches: deliverer.switches(), deliveries: deliverer.deliveries() })
    case 'POST /_sandbox/webhooks':
      deliverer.set(switchSchema.parse(await body(request)))
      return Response.json({ switches: deliverer.switches() })
    case 'POST /_sandbox/webhooks/redeliver': {
      const { id } = redeliverSchema.parse(await body(request))
      if (deliverer.redeliver(id)) return Response.json({ redelivered: id })
      return Response.json({ error: `No delivery has the id ${id}.` }, { status: 404 })
    }
  }
  return undefined
}
