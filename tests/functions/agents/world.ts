import { randomUUID } from 'node:crypto'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Scope, scopes } from '../../../functions/agents/catalogue.ts'
import { startFunctions } from '../../../scripts/local/functions-host.ts'
import { serveHttp } from '../../../scripts/local/http.ts'
import { readProject } from '../../../scripts/local/project.ts'
import { repository } from '../../../scripts/local/run-folder.ts'
import { freePort, openDatabase } from '../support/database.ts'
import { furnish } from './furnish.ts'
import { openAgents } from './support.ts'

export const allScopes = Object.keys(scopes) as Scope[]

export type World = Awaited<ReturnType<typeof openWorld>>

interface Sent {
  headers?: Record<string, string>
  body?: unknown
}

/** The agents room as it runs: in Deno, over HTTP, on a database of its own that holds the demo data. */
export async function openWorld() {
  const db = await openDatabase()
  for (const file of globSync('supabase/seed*.sql', { cwd: repository }).sort()) {
    await db.sql.unsafe(readFileSync(join(repository, file), 'utf8')).simple()
  }
  const month = (await furnish(db.sql)).toISOString().slice(0, 7)
  const agents = await openAgents(db)
  const project = readProject()
  const folder = mkdtempSync(join(tmpdir(), 'commons-agents-'))
  const lines: string[] = []
  const host = await startFunctions({
    folder,
    project: { ...project, functions: { agents: project.functions.agents! } },
    environment: {
      ...(agents.env as Record<string, string>),
      SUPABASE_DB_URL: db.url,
      // How long the room takes to load is no matter here.
      LOCAL_BOOT_MS: '170000',
    },
    onLine: (line) => void lines.push(line),
  })
  const port = await freePort()
  let clients = 0
  // Each request from another address: who tries keys that never were is slowed down.
  const server = await serveHttp(port, (request) => host.fetch(request, `client-${clients++}`))
  const url = `http://127.0.0.1:${port}/agents`

  return {
    ...db,
    url,
    mcp: `${url}/mcp`,
    /** The month in which money moved. */
    month,
    /** What the functions logged. */
    lines,
    /** A key with these scopes; quick, unless a test is about its pace. */
    newKey: (
      held: readonly Scope[] = allScopes,
      how: Parameters<typeof agents.makeKey>[1] = { rateClass: 'bulk' },
    ) => agents.makeKey([...held], how),
    /** One request at a door of the room. */
    async ask(secret: string, method: string, path: string, { headers = {}, body }: Sent = {}) {
      const isWrite = method !== 'GET'
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${secret}`,
          ...(isWrite
            ? { 'content-type': 'application/json', 'idempotency-key': randomUUID() }
            : {}),
          ...headers,
        },
        ...(body === undefined
          ? {}
          : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await response.text()
      return { status: response.status, headers: response.headers, body: text && JSON.parse(text) }
    },
    async close() {
      await server.close()
      await host.close()
      rmSync(folder, { recursive: true, force: true })
      await db.close()
    },
  }
}
