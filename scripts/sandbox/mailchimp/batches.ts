import { gzipSync } from 'node:zlib'
import { Hono } from 'hono'
import { z } from 'zod'
import { notFound, Problem, readBody } from './problems.ts'
import { links } from './shapes.ts'
import { type Audience, stamp } from './state.ts'
import { tar } from './tar.ts'

const operation = z.looseObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  path: z.string().startsWith('/'),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  // A string of JSON, not an object: the commonest mistake with this call.
  body: z.string().optional(),
  operation_id: z.string().optional(),
})
const batchBody = z.looseObject({ operations: z.array(operation).min(1).max(1000) })

interface Batch {
  id: string
  status: 'pending' | 'started' | 'finished'
  total: number
  finished: number
  errored: number
  submittedAt: string
  completedAt: string
  archive: Buffer | undefined
}

// The address of a result can be used for so long, by the sandbox clock; asking again gives a new one.
const RESULT_LIFETIME_MS = 10 * 60 * 1000
const MAX_OPEN = 500

export interface Batches {
  routes: Hono
  /** Answers `GET /batch-results/…`, which needs no key. */
  download(request: Request): Response
  reset(): void
}

/** Batch operations. `dispatch` runs one operation over the same routes as a call of its own. */
export function createBatches(
  audience: Audience,
  dispatch: (request: Request) => Promise<Response>,
): Batches {
  const { clock, ledger } = audience
  const batches = new Map<string, Batch>()
  const app = new Hono()

  function shape(batch: Batch, url: string) {
    const { origin } = new URL(url)
    const expires = clock.now().getTime() + RESULT_LIFETIME_MS
    return {
      id: batch.id,
      status: batch.status,
      total_operations: batch.total,
      finished_operations: batch.finished,
      errored_operations: batch.errored,
      submitted_at: batch.submittedAt,
      completed_at: batch.completedAt,
      response_body_url: batch.archive
        ? `${origin}/batch-results/${batch.id}.tar.gz?expires=${expires}`
        : '',
      _links: links(origin, `/batches/${batch.id}`),
    }
  }

  async function run(batch: Batch, operations: z.output<typeof operation>[], url: string) {
    batch.status = 'started'
    const results: object[] = []
    for (const { method, path, params = {}, body, operation_id = '' } of operations) {
      const target = new URL(`/3.0${path}`, url)
      for (const [name, value] of Object.entries(params))
        target.searchParams.set(name, String(value))
      const init = method === 'GET' || body === undefined ? { method } : { method, body }
      const response = await dispatch(new Request(target, init))
      results.push({ status_code: response.status, operation_id, response: await response.text() })
      batch.finished += 1
      if (response.status >= 400) batch.errored += 1
      // A reset in between ends the batch.
      if (!batches.has(batch.id)) return
    }
    const file = { name: `${batch.id}.json`, text: JSON.stringify(results) }
    batch.archive = gzipSync(tar([file], Math.floor(clock.now().getTime() / 1000)))
    batch.status = 'finished'
    batch.completedAt = stamp(clock)
    ledger.add('batch.finished', batch.id, { total: batch.total, errored: batch.errored })
  }

  app.get('/', (c) =>
    c.json({
      batches: [...batches.values()].map((batch) => shape(batch, c.req.url)),
      total_items: batches.size,
      _links: links(new URL(c.req.url).origin, '/batches'),
    }),
  )

  app.post('/', async (c) => {
    const { operations } = await readBody(c.req.raw, batchBody)
    const open = [...batches.values()].filter((batch) => batch.status !== 'finished')
    if (open.length >= MAX_OPEN) {
      throw new Problem('Too Many Requests', 'You have more than 500 pending batches.')
    }
    const batch: Batch = {
      id: crypto.randomUUID().replaceAll('-', '').slice(0, 10),
      status: 'pending',
      total: operations.length,
      finished: 0,
      errored: 0,
      submittedAt: stamp(clock),
      completedAt: '',
      archive: undefined,
    }
    batches.set(batch.id, batch)
    ledger.add('batch.submitted', batch.id, { total: batch.total })
    const answer = shape(batch, c.req.url)
    // After the answer, as there: the caller has to ask for the result.
    setImmediate(() => void run(batch, operations, c.req.url))
    return c.json(answer)
  })

  app.get('/:id', (c) => {
    const batch = batches.get(c.req.param('id'))
    if (!batch) throw notFound()
    return c.json(shape(batch, c.req.url))
  })

  app.delete('/:id', (c) => {
    if (!batches.delete(c.req.param('id'))) throw notFound()
    return c.body(null, 204)
  })

  return {
    routes: app,
    download(request) {
      const { pathname, searchParams } = new URL(request.url)
      const archive = batches.get(pathname.split('/').at(-1)?.replace('.tar.gz', '') ?? '')?.archive
      const fresh = Number(searchParams.get('expires')) >= clock.now().getTime()
      if (!archive || !fresh)
        return new Response('AccessDenied: Request has expired', { status: 403 })
      return new Response(new Uint8Array(archive), {
        headers: { 'content-type': 'application/gzip' },
      })
    },
    reset: () => batches.clear(),
  }
}
