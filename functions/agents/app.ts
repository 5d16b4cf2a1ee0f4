import { type Ctx, createHttp, type Method, route } from '../_shared/http.ts'
import { readArguments } from './arguments.ts'
import { callerOf } from './caller.ts'
import { type OperationName, operationNames, operationOf } from './catalogue.ts'
import type { DoorDeps } from './deps.ts'
import { mcp } from './mcp.ts'
import { openapi } from './openapi.ts'
import { perform } from './operate.ts'
import { respond } from './respond.ts'
import { token } from './token.ts'

/** The doors of the agents room; each line names its caller. There is no CORS: agents are no pages. */
export function createApp(deps: DoorDeps) {
  const app = createHttp(deps)
  app.notFound((c) => {
    const remedy = 'Look at /agents/openapi.json for those that there are.'
    return c.json({ error: { message: 'There is nothing at this address', remedy } }, 404)
  })
  app.use(async (c, next) => {
    await next()
    // What is for everybody says so itself.
    if (!c.res.headers.get('Cache-Control')?.startsWith('public'))
      c.header('Cache-Control', 'no-store')
    if (c.res.status === 401) c.header('WWW-Authenticate', 'Bearer realm="commons"')
  })
  // key
  route(app, '/agents/token', { POST: (c) => token(c, deps) })
  // everybody
  route(app, '/agents/openapi.json', { GET: (c) => openapi(c, deps) })
  // key or token
  app.all('/agents/mcp', (c) => mcp(c, deps))
  // key or token: every operation of the catalogue at its address
  for (const [path, operations] of byPath()) {
    const handlers: Partial<Record<Method, (c: Ctx) => Promise<Response>>> = {}
    for (const operation of operations) {
      handlers[operationOf(operation).method] = (c) => operate(c, deps, operation)
    }
    route(app, `/agents${path.replaceAll(/\{(\w+)\}/g, ':$1')}`, handlers)
  }
  return app
}

/** The operations at each address. Words come before parameters, so that /members/slipping is nobody's id. */
function byPath(): [string, OperationName[]][] {
  const paths = Map.groupBy(operationNames, (name) => operationOf(name).path)
  const parameters = (path: string) => path.split('{').length
  return [...paths].sort(([a], [b]) => parameters(a) - parameters(b))
}

async function operate(c: Ctx, deps: DoorDeps, operation: OperationName): Promise<Response> {
  const caller = await callerOf(c.req.raw, deps)
  const { input, problem } = await readArguments(c, operation)
  const answered = await perform(deps, caller, operation, input, {
    idempotencyKey: c.req.header('idempotency-key'),
    changeSet: c.req.header('change-set'),
    correlationId: c.get('correlationId'),
    problem,
  })
  return respond(c, answered)
}
