// Runs inside Deno, one worker a function: loads the function's entry file and answers requests
// that the host hands over. What the platform provides as globals is provided here.
import type { FromWorker, RequestMessage, ToWorker } from './messages.ts'

type Handler = (request: Request, info?: unknown) => Response | Promise<Response>

const host = self as unknown as {
  postMessage(message: FromWorker): void
  onmessage: (event: { data: ToWorker }) => void
}
const running = new Map<number, AbortController>()
let handler: Handler | undefined

function waitUntil<T>(promise: Promise<T>): Promise<T> {
  host.postMessage({ type: 'background', change: 1 })
  const done = () => host.postMessage({ type: 'background', change: -1 })
  promise.then(done, (error) => {
    console.error('waitUntil:', error)
    done()
  })
  return promise
}
Object.assign(globalThis, { EdgeRuntime: { waitUntil } })

// Older functions call Deno.serve instead of exporting a handler.
const serve = (...parameters: unknown[]) => {
  handler = parameters.find((each) => typeof each === 'function') as Handler
  return { finished: new Promise(() => {}), shutdown: async () => {} }
}
Object.defineProperty(Deno, 'serve', { value: serve, configurable: true, writable: true })

self.addEventListener('unhandledrejection', (event) => {
  event.preventDefault()
  console.error('unhandled rejection:', event.reason)
})

async function load(entry: string): Promise<void> {
  try {
    const module = await import(entry)
    handler = module.default?.fetch?.bind(module.default) ?? handler
    if (!handler) throw new Error('the function exports no default.fetch and calls no Deno.serve')
    host.postMessage({ type: 'loaded' })
  } catch (error) {
    host.postMessage({ type: 'failed', message: String((error as Error).stack ?? error) })
  }
}

const streamed = /event-stream|ndjson|octet-stream/

async function answer(message: RequestMessage): Promise<void> {
  const { id, url, method, headers, body } = message
  const gone = new AbortController()
  running.set(id, gone)
  try {
    if (!handler) throw new Error('no handler')
    const request = new Request(url, { method, headers, body, signal: gone.signal })
    const response = await handler(request, {})
    const head = {
      type: 'response' as const,
      id,
      status: response.status,
      headers: [...response.headers],
    }
    if (!response.body || !streamed.test(response.headers.get('content-type') ?? '')) {
      const whole = response.body ? new Uint8Array(await response.arrayBuffer()) : null
      host.postMessage({ ...head, body: whole })
      return
    }
    host.postMessage(head)
    const reader = response.body.getReader()
    // A stream that says nothing for hours must still learn that its reader left.
    const leave = () => void reader.cancel().catch(() => {})
    if (gone.signal.aborted) leave()
    gone.signal.addEventListener('abort', leave)
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      host.postMessage({ type: 'chunk', id, chunk: value })
    }
    host.postMessage({ type: 'end', id })
  } catch (error) {
    console.error(error)
    const text = JSON.stringify({
      code: 'WORKER_ERROR',
      message: 'Function exited due to an error (please check logs)',
    })
    const body = new TextEncoder().encode(text)
    host.postMessage({
      type: 'response',
      id,
      status: 500,
      headers: [['content-type', 'application/json']],
      body,
    })
  } finally {
    running.delete(id)
  }
}

host.onmessage = ({ data }) => {
  if (data.type === 'load') void load(data.entry)
  else if (data.type === 'abort') running.get(data.id)?.abort()
  else void answer(data)
}
