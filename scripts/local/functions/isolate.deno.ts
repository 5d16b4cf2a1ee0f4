// Runs inside Deno: one function's worker as the host sees it.
import type { FromWorker, ToWorker } from './messages.ts'

/** A limit in ms; a test sets that of one function by its name. */
const limitOf = (what: string, name: string, ms: number) =>
  Number(Deno.env.get(`${what}_${name}`) ?? Deno.env.get(what) ?? ms)

interface Waiting {
  resolve(response: Response): void
  stream?: ReadableStreamDefaultController<Uint8Array>
  timer: ReturnType<typeof setTimeout>
}

const problem = (status: number, code: string, message: string) =>
  Response.json({ code, message }, { status })

/** Starts a worker for the entry file. A failed one answers everything with 503 or 500. */
export function createIsolate(name: string, entry: string, origin: string) {
  /** Hosted ends a worker after this long (150 s on the free plan). */
  const wallClockLimit = limitOf('LOCAL_WALL_CLOCK_MS', name, 150_000)
  /** A function that has not loaded after this long will not. */
  const bootLimit = limitOf('LOCAL_BOOT_MS', name, 20_000)
  const worker = new Worker(new URL('./worker.deno.ts', import.meta.url), { type: 'module', name })
  const waiting = new Map<number, Waiting>()
  let background = 0
  /** Requests that wait for the function to load. */
  let queued = 0
  let lastId = 0
  let retired = false
  let dead = false
  let markLoaded: (ok: boolean) => void = () => {}
  const loaded = new Promise<boolean>((resolve) => {
    markLoaded = resolve
  })
  const booting = setTimeout(() => {
    console.error(`${name}: did not load in ${bootLimit} ms`)
    end(crashed)
  }, bootLimit)
  const post = (message: ToWorker) => worker.postMessage(message)

  function end(answer: () => Response): void {
    if (dead) return
    dead = true
    clearTimeout(booting)
    for (const { resolve, stream, timer } of waiting.values()) {
      clearTimeout(timer)
      if (stream) stream.error(new Error('the worker ended'))
      else resolve(answer())
    }
    waiting.clear()
    worker.terminate()
    markLoaded(false)
  }

  const exhausted = () => problem(546, 'WORKER_LIMIT', 'Worker exceeded its wall clock limit')
  const crashed = () =>
    problem(500, 'WORKER_ERROR', 'Function exited due to an error (please check logs)')
  const endWhenIdle = () => {
    if (retired && waiting.size === 0 && queued === 0 && background === 0) end(crashed)
  }

  function settle(id: number): void {
    clearTimeout(waiting.get(id)?.timer)
    waiting.delete(id)
    endWhenIdle()
  }

  function receive(message: FromWorker): void {
    if (message.type === 'loaded') {
      clearTimeout(booting)
      markLoaded(true)
      return
    }
    if (message.type === 'failed') {
      console.error(`${name}: ${message.message}`)
      end(crashed)
      return
    }
    if (message.type === 'background') {
      background += message.change
      endWhenIdle()
      return
    }
    const request = waiting.get(message.id)
    if (!request) return
    if (message.type === 'chunk') request.stream?.enqueue(message.chunk)
    else if (message.type === 'end') {
      request.stream?.close()
      settle(message.id)
    } else if (message.body === undefined) {
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          request.stream = controller
        },
        cancel: () => {
          post({ type: 'abort', id: message.id })
          settle(message.id)
        },
      })
      request.resolve(new Response(body, message))
    } else {
      request.resolve(new Response(message.body, message))
      settle(message.id)
    }
  }

  worker.onmessage = (event: MessageEvent<FromWorker>) => receive(event.data)
  worker.onerror = (event) => {
    event.preventDefault()
    console.error(`${name}: ${event.message}`)
    end(crashed)
  }
  post({ type: 'load', entry })

  return {
    isUsable: () => !dead && !retired,
    /** Takes no new requests; ends when what it is doing is done. */
    retire() {
      retired = true
      endWhenIdle()
    },
    async handle(request: Request): Promise<Response> {
      queued += 1
      let body: Uint8Array<ArrayBuffer> | null = null
      try {
        if (request.body) body = new Uint8Array(await request.arrayBuffer())
        await loaded
      } finally {
        queued -= 1
      }
      if (dead) return problem(503, 'BOOT_ERROR', 'Worker failed to boot (please check logs)')
      const { pathname, search } = new URL(request.url)
      const id = ++lastId
      const headers = [...request.headers]
      return new Promise((resolve) => {
        const timer = setTimeout(() => end(exhausted), wallClockLimit)
        waiting.set(id, { resolve, timer })
        request.signal.addEventListener('abort', () => post({ type: 'abort', id }))
        post({
          type: 'request',
          id,
          url: `${origin}${pathname}${search}`,
          method: request.method,
          headers,
          body,
        })
      })
    },
  }
}

export type Isolate = ReturnType<typeof createIsolate>
