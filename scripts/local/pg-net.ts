import postgres from 'postgres'

interface QueuedRequest {
  id: string
  method: string
  url: string
  headers: Record<string, string> | null
  body: Uint8Array | null
  timeout_milliseconds: number
}

interface NetResponse {
  id: string
  status_code: number | null
  content_type: string | null
  headers: postgres.JSONValue
  content: string | null
  timed_out: boolean | null
  error_msg: string | null
}

async function call(request: QueuedRequest): Promise<NetResponse> {
  const empty = {
    status_code: null,
    content_type: null,
    headers: null,
    content: null,
    timed_out: null,
  }
  try {
    const answer = await fetch(request.url, {
      method: request.method,
      headers: { 'user-agent': 'pg_net/0.20.0', ...request.headers },
      body: request.body ? Buffer.from(request.body) : null,
      signal: AbortSignal.timeout(request.timeout_milliseconds),
    })
    const content = await answer.text()
    return {
      id: request.id,
      status_code: answer.status,
      content_type: answer.headers.get('content-type'),
      headers: Object.fromEntries(answer.headers),
      content,
      timed_out: false,
      error_msg: null,
    }
  } catch (error) {
    const { name, message, cause } = error as Error
    if (name === 'TimeoutError') {
      const reached = `Timeout of ${request.timeout_milliseconds} ms reached`
      return { ...empty, id: request.id, timed_out: true, error_msg: reached }
    }
    const reason = cause instanceof Error ? cause.message : message
    return { ...empty, id: request.id, error_msg: reason }
  }
}

/**
 * Makes the calls that SQL asked for by net.http_post and its sisters: takes queued rows when it
 * is notified, and writes the responses. Stands in for pg_net's background worker.
 */
export async function startPgNet(url: string) {
  const sql = postgres(url, {
    max: 4,
    onnotice: () => {},
    connection: { application_name: 'pg_net drain' },
  })
  const running = new Set<Promise<void>>()
  let closed = false

  async function answer(request: QueuedRequest): Promise<void> {
    const { headers, ...response } = await call(request)
    if (closed) return
    await sql`
      insert into net._http_response ${sql({ ...response, headers: headers && sql.json(headers) })}`
  }

  async function drain(): Promise<void> {
    while (!closed) {
      const requests = await sql<QueuedRequest[]>`
        delete from net.http_request_queue
        where id in (select id from net.http_request_queue order by id limit 200 for update skip locked)
        returning id, method, url, headers, body, timeout_milliseconds`
      for (const request of requests) {
        const work = answer(request).catch((error) => {
          if (!closed) console.error('pg_net:', error)
        })
        running.add(work)
        work.finally(() => running.delete(work))
      }
      if (requests.length < 200) return
    }
  }

  const safely = () => {
    drain().catch((error) => {
      if (!closed) console.error('pg_net:', error)
    })
  }
  await sql`delete from net._http_response where created < now() - interval '6 hours'`
  // What was asked for while nobody listened is taken on every (re)connection.
  await sql.listen('pg_net', safely, safely)

  return {
    async close() {
      closed = true
      await sql.end({ timeout: 1 })
    },
  }
}
