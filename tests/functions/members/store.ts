import type postgres from 'postgres'
import { serveHttp } from '../../../scripts/local/http.ts'
import { createClock } from '../../../scripts/sandbox/lib/clock.ts'
import type { Fault } from '../../../scripts/sandbox/lib/faults.ts'
import { createRequestLog, type Visit } from '../../../scripts/sandbox/lib/requests.ts'
import { freePort } from '../support/database.ts'

/** What the store does instead of its work: says it is out, answers nothing, or works and then answers nothing. */
export type Trouble = 'down' | 'silent' | 'done and silent' | 'forbidden' | undefined

/**
 * The Storage API as far as the room uses it, over HTTP, with the rows that it keeps in the database. `trouble`
 * breaks it.
 */
export async function serveStore(sql: postgres.Sql) {
  const port = await freePort()
  const files = new Map<string, { bytes: Uint8Array; type: string }>()
  const store = {
    url: `http://127.0.0.1:${port}`,
    files,
    trouble: undefined as Trouble,
    /** Its silence, as a client that is patient with everything else must know of it. */
    faults: {
      list: (): Fault[] => (store.trouble?.endsWith('silent') ? [{ kind: 'timeout_after' }] : []),
    },
    requests: createRequestLog(createClock(() => new Date())),
    /** Runs once, between the next upload's arrival and its answer. */
    meanwhile: undefined as (() => Promise<unknown>) | undefined,
    close: () => server.close(),
  }
  const refuse = (status: number, message: string) =>
    Response.json({ statusCode: String(status), error: message, message }, { status })

  async function put(request: Request, path: string) {
    const bytes = new Uint8Array(await request.arrayBuffer())
    const type = request.headers.get('content-type') ?? ''
    if (files.has(path)) return refuse(409, 'The resource already exists')
    files.set(path, { bytes, type })
    const metadata = { size: bytes.length, contentLength: bytes.length, mimetype: type }
    await sql`insert into storage.objects (bucket_id, name, metadata)
      values ('pictures', ${path}, ${sql.json(metadata)})`
    await store.meanwhile?.()
    store.meanwhile = undefined
    return Response.json({ Id: crypto.randomUUID(), Key: `pictures/${path}` })
  }

  async function remove(request: Request) {
    const { prefixes } = (await request.json()) as { prefixes: string[] }
    const gone = prefixes.filter((path) => files.delete(path))
    await sql.begin(async (tx) => {
      await tx`set local storage.allow_delete_query = 'true'`
      await tx`delete from storage.objects where bucket_id = 'pictures' and name = any (${prefixes})`
    })
    return Response.json(gone.map((name) => ({ name })))
  }

  /** Answers nothing until the caller has left. */
  const never = async ({ signal }: Request, visit: Visit) => {
    visit.hold()
    if (!signal.aborted) await new Promise((gone) => signal.addEventListener('abort', gone))
    return new Response()
  }
  async function answerTo(request: Request, visit: Visit): Promise<Response> {
    if (store.trouble === 'down') return refuse(503, 'Out for lunch')
    if (store.trouble === 'forbidden') return refuse(403, 'Who are you?')
    if (store.trouble === 'silent') return never(request, visit)
    const path = new URL(request.url).pathname.replace('/storage/v1/object/pictures', '')
    const answer =
      request.method === 'DELETE' ? await remove(request) : await put(request, path.slice(1))
    return store.trouble === 'done and silent' ? never(request, visit) : answer
  }
  const server = await serveHttp(port, async (request) => {
    const visit = store.requests.arrive(request.method, new URL(request.url).pathname)
    try {
      return await answerTo(request, visit)
    } finally {
      visit.end(0)
    }
  })
  return store
}

export type Store = Awaited<ReturnType<typeof serveStore>>
