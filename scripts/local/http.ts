import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'

export type Handler = (request: Request) => Response | Promise<Response>

/** What came in as a Request; as the refusal when it cannot be one. */
function toRequest(
  message: IncomingMessage,
  response: ServerResponse,
  origin: string,
): Request | Response {
  const method = message.method ?? 'GET'
  if (method === 'TRACE' || method === 'CONNECT') return new Response(null, { status: 405 })
  const path = message.url ?? '/'
  if (!path.startsWith('/') || !URL.canParse(origin + path)) {
    return new Response(null, { status: 400 })
  }
  const headers = new Headers()
  for (let at = 0; at < message.rawHeaders.length; at += 2) {
    headers.append(message.rawHeaders[at] ?? '', message.rawHeaders[at + 1] ?? '')
  }
  const gone = new AbortController()
  response.on('close', () => {
    if (!response.writableFinished) gone.abort()
  })
  const hasBody = method !== 'GET' && method !== 'HEAD'
  return new Request(origin + path, {
    method,
    headers,
    signal: gone.signal,
    ...(hasBody ? { body: Readable.toWeb(message) as ReadableStream, duplex: 'half' } : {}),
  } as RequestInit)
}

async function send(answer: Response, response: ServerResponse): Promise<void> {
  const headers: Record<string, string | string[]> = Object.fromEntries(answer.headers)
  const cookies = answer.headers.getSetCookie()
  if (cookies.length > 0) headers['set-cookie'] = cookies
  response.writeHead(answer.status, headers)
  if (!answer.body) {
    response.end()
    return
  }
  // A reader that leaves early is not an error of ours.
  await pipeline(Readable.fromWeb(answer.body as NodeReadableStream), response).catch(() => {})
}

/**
 * Serves a fetch-style handler on 127.0.0.1. Bodies are streamed both ways; an error that the
 * handler lets through is logged and answered with 500.
 */
export async function serveHttp(
  port: number,
  handler: Handler,
): Promise<{ close(): Promise<void> }> {
  const origin = `http://127.0.0.1:${port}`
  const server: Server = createServer(async (message, response) => {
    try {
      const request = toRequest(message, response, origin)
      if (request instanceof Response) await send(request, response)
      else await send(await handler(request), response)
    } catch (error) {
      console.error(error)
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ message: 'internal error of the local stack' }))
    }
  })
  // An idle connection is its client's to end, used or not: a cut just as a request is sent looks like a fault.
  Object.assign(server, { keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export const corsHeaders = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD',
  'access-control-expose-headers':
    'content-range, content-location, preference-applied, retry-after, sb-error-code',
  'access-control-max-age': '3600',
}

/** Lets a page of any origin send what it asks to send, as hosted's gateway does. */
export function preflight(request: Request): Response {
  const asked = request.headers.get('access-control-request-headers')
  const headers = asked ? { ...corsHeaders, 'access-control-allow-headers': asked } : corsHeaders
  return new Response(null, { status: 200, headers })
}

/** A JSON answer with the headers that let a page of any origin read it. */
export function json(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): Response {
  return Response.json(body, { status, headers: { ...corsHeaders, ...headers } })
}
