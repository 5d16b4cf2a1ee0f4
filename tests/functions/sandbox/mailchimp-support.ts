import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClock } from '../../../scripts/sandbox/lib/clock.ts'
import { serveMailchimp } from '../../../scripts/sandbox/mailchimp/server.ts'
import { subscriberHash } from '../../../scripts/sandbox/mailchimp/state.ts'

export const LIST = 'audience1'
export const hashOf = subscriberHash

/** A Mailchimp sandbox on a free port. */
export async function startMailchimp(webhook: { url: string; secret?: string }) {
  const clock = createClock(() => new Date())
  const server = await serveMailchimp({ port: 0, clock, webhook })
  const control = async (path: string, body?: object, method = body ? 'POST' : 'GET') => {
    const init = body ? { method, body: JSON.stringify(body) } : { method }
    const response = await fetch(`${server.url}/_sandbox/${path}`, init)
    return { status: response.status, body: await response.json() }
  }
  const api = async (method: string, path: string, body?: unknown, signal?: AbortSignal) => {
    const response = await fetch(`${server.url}/3.0${path}`, {
      method,
      headers: { authorization: `Basic ${btoa('any:sandbox-us1')}` },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: text ? JSON.parse(text) : null,
    }
  }
  const put = (email: string, more: object = {}) =>
    api('PUT', `/lists/${LIST}/members/${hashOf(email)}`, {
      email_address: email,
      status_if_new: 'subscribed',
      ...more,
    })
  return { ...server, control, api, put }
}

export interface Received {
  method: string
  path: string
  headers: Record<string, unknown>
  body: string
}

/** A web server that keeps what it gets; `answer` says with which status it answers. */
export async function startReceiver(answer: { status: number } = { status: 200 }) {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const { method = '', url = '', headers } = request
    received.push({ method, path: url, headers, body })
    response.writeHead(answer.status).end()
  })
  // The sender ends what is idle: an end of ours could meet its next message, and be a failure.
  server.keepAliveTimeout = 0
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    answer,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
