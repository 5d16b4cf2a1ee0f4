import type { IncomingMessage, ServerResponse } from 'node:http'

/** Turns a node request into a web Request. The body is kept as the bytes that came in. */
export async function toRequest(incoming: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const headers = new Headers()
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
    headers.append(incoming.rawHeaders[i]!, incoming.rawHeaders[i + 1]!)
  }
  const method = incoming.method ?? 'GET'
  const body = Buffer.concat(chunks)
  const hasBody = method !== 'GET' && method !== 'HEAD' && body.length > 0
  const origin = `http://${incoming.headers.host ?? 'localhost'}`
  return new Request(new URL(incoming.url ?? '/', origin), {
    method,
    headers,
    ...(hasBody ? { body: new Uint8Array(body) } : {}),
  })
}

function writeHead(outgoing: ServerResponse, response: Response) {
  outgoing.statusCode = response.status
  response.headers.forEach((value, name) => {
    if (name !== 'set-cookie') outgoing.setHeader(name, value)
  })
  const cookies = response.headers.getSetCookie()
  if (cookies.length) outgoing.setHeader('set-cookie', cookies)
}

/** Sends a web Response on a node connection. */
export async function sendResponse(outgoing: ServerResponse, response: Response): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer())
  if (outgoing.destroyed) return
  writeHead(outgoing, response)
  // A 204 has neither body nor length.
  if (response.status !== 204) outgoing.setHeader('content-length', body.length)
  outgoing.end(body)
}

/** Sends a Response one byte every `everyMs` milliseconds, until it is done or the client leaves. */
export async function dripResponse(outgoing: ServerResponse, response: Response, everyMs: number) {
  const body = Buffer.from(await response.arrayBuffer())
  if (outgoing.destroyed) return
  writeHead(outgoing, response)
  if (response.status !== 204) outgoing.setHeader('content-length', body.length)
  outgoing.flushHeaders()
  for (const byte of body) {
    // The pause stands first: with the last byte the client is done, and so is the connection.
    await new Promise((done) => setTimeout(done, everyMs))
    if (outgoing.destroyed) return
    outgoing.write(Buffer.from([byte]))
  }
  outgoing.end()
}

/** Holds a connection until the client gives up or `limitMs` has passed, then cuts it. */
export function holdConnection(outgoing: ServerResponse, limitMs: number): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(() => outgoing.destroy(), limitMs)
    const finish = () => {
      clearTimeout(timer)
      done()
    }
    if (outgoing.destroyed) return finish()
    outgoing.once('close', finish)
  })
}
