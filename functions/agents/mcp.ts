import { createMcpHandler } from '@modelcontextprotocol/server'
import { readBytes } from '../_shared/body.ts'
import { optional } from '../_shared/env.ts'
import type { Ctx } from '../_shared/http.ts'
import { Refusal } from '../_shared/problems.ts'
import { callerOf, rightsOf, unknownKey } from './caller.ts'
import type { DoorDeps } from './deps.ts'
import { serverFor } from './mcp_server.ts'
import { operationOfTool } from './mcp_tools.ts'
import { perform } from './operate.ts'

/** As much as the other doors take. */
const LIMIT = 64 * 1024

/**
 * The Model Context Protocol over Streamable HTTP, without sessions: each request is served by itself, under the key
 * that it shows. The database judges the key at each of them; a call of a tool is one call of its operation.
 */
export async function mcp(c: Ctx, deps: DoorDeps): Promise<Response> {
  const { raw } = c.req
  const site = optional(deps.env, 'SITE_URL')
  refuseOtherPages(raw, site)
  const caller = await callerOf(raw, deps)
  const sent = await readMessage(raw)
  const [log, correlationId] = [c.get('log'), c.get('correlationId')]
  const askRights = () => rightsOf(deps, caller, correlationId)
  // The call of a tool asks by itself what counts now.
  const isCall = isOneCall(sent.message)
  const rights = isCall ? [] : await askRights()
  if (sent.refusal) throw sent.refusal

  const judged: { as?: 'alive' | 'dead' } = {}
  const server = () =>
    serverFor({
      rights,
      websiteUrl: site && new URL('/developers/', site).href,
      async perform(operation, input, how) {
        const answer = await perform(deps, caller, operation, input, { ...how, correlationId })
        judged.as = answer.status === 401 ? 'dead' : 'alive'
        return answer
      },
      failed: (error) => log.error('agents.failed', { door: 'mcp', error }),
    })
  const { fetch } = createMcpHandler(server, {
    // Nothing changes here that a client would have to be told of: who asks again sees it.
    maxSubscriptions: 0,
    // What a client got wrong may hold anything: that it did is enough.
    onerror: () => log.info('agents.mcp_refused'),
  })
  const { method, url, headers, signal } = raw
  const { text, message } = sent
  const request = new Request(url, { method, headers, signal, ...(text ? { body: text } : {}) })
  const response = await fetch(request, message === undefined ? {} : { parsedBody: message })
  // Read to its end first: only then it is known whether the key was alive.
  const answer = await response.text()
  if (isCall && judged.as === 'dead') throw unknownKey()
  // The SDK found something wrong with the call before the database was asked.
  if (isCall && !judged.as) await askRights()
  return new Response(answer || null, response)
}

interface Sent {
  text: string
  /** What the text says when it is JSON. */
  message?: unknown
  /** It was not read to its end. Said after the key was judged. */
  refusal?: Refusal
}

async function readMessage(request: Request): Promise<Sent> {
  if (request.method !== 'POST') return { text: '' }
  let text = ''
  try {
    text = new TextDecoder().decode(await readBytes(request, LIMIT))
    return { text, message: JSON.parse(text) }
  } catch (error) {
    if (error instanceof Refusal) return { text, refusal: error }
    // What is no JSON, the SDK refuses in the protocol's own words.
    if (error instanceof SyntaxError) return { text }
    throw error
  }
}

/** Whether it is the call of one tool that there is, and nothing else. */
function isOneCall(message: unknown): boolean {
  const { id, method, params } = (message ?? {}) as {
    id?: unknown
    method?: unknown
    params?: { name?: unknown }
  }
  const name = params?.name
  return (
    id !== undefined &&
    method === 'tools/call' &&
    typeof name === 'string' &&
    operationOfTool(name) !== undefined
  )
}

/** Agents are no pages. A page that calls from a browser is our own, or none that anybody meant to let in. */
function refuseOtherPages(request: Request, site: string | undefined): void {
  const origin = request.headers.get('origin')
  if (origin === null || (site && origin === new URL(site).origin)) return
  throw new Refusal(403, 'Pages of other sites do not call this door', {
    remedy: 'Connect from a program, or without an Origin header.',
  })
}
