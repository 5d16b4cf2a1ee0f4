import { createClock } from '../../../scripts/sandbox/lib/clock.ts'
import { serveLuma } from '../../../scripts/sandbox/luma/server.ts'
import { startReceiver } from './mailchimp-support.ts'

export const SECRET = 'whsec_test'

/** A Luma sandbox on a free port, with somebody who receives its webhooks. */
export async function startLuma(more: { stateFile?: string } = {}) {
  // It stands still, so that Luma's minute is over when a test says so.
  const began = new Date()
  const clock = createClock(() => began)
  const receiver = await startReceiver()
  const server = await serveLuma({
    port: 0,
    clock,
    webhook: { url: receiver.url, secret: SECRET },
    siteUrl: 'http://127.0.0.1:4321',
    ...more,
  })
  const api = async (method: string, path: string, body?: object, key = 'luma-sandbox-key') => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: { 'x-luma-api-key': key },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    return { status: response.status, headers: response.headers, body: await response.json() }
  }
  const control = async (path: string, body: object = {}) => {
    const init = { method: 'POST', body: JSON.stringify(body) }
    const response = await fetch(`${server.url}/_sandbox/${path}`, init)
    return await response.json()
  }
  /** Waits until so many webhooks have come, and gives them. */
  const received = async (count: number) => {
    while (receiver.received.length < count) await new Promise((done) => setImmediate(done))
    return receiver.received.map(({ headers, body }) => ({ headers, ...JSON.parse(body), body }))
  }
  const form = (path: string, fields: Record<string, string>) =>
    fetch(`${server.url}${path}`, {
      method: 'POST',
      body: new URLSearchParams(fields),
      redirect: 'manual',
    })
  /** A new event; its id. */
  const create = async (fields: object = {}) => {
    const soon = new Date(Date.now() + 86_400_000).toISOString()
    const wish = { name: 'Dinner', start_at: soon, timezone: 'Europe/Lisbon', ...fields }
    const { body } = await api('POST', '/v1/events/create', wish)
    return body.id as string
  }
  return {
    ...server,
    receiver,
    api,
    control,
    received,
    form,
    create,
    async close() {
      await server.close()
      receiver.close()
    },
  }
}
