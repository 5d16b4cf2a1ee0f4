import { App, InMemoryLruCacheDriver } from '@supabase/lite'
import { createPostgresConnection } from '@supabase/lite/postgres'
import type { Kysely } from 'kysely'
import type postgres from 'postgres'
import type { Caller } from '../credentials.ts'
import { renderable } from './errors.ts'
import { refuseUnbounded } from './safe-update.ts'
import { applySession, type RestContext, readRoleSettings, restContext } from './session.ts'
import { restTypes } from './types.ts'

export interface RestOptions {
  /** Connection string of a role. REST itself runs as `authenticator`. */
  url(role: string): string
  admin: postgres.Sql
  schemas: string[]
  maxRows: number
}

/** What lite knows of the database, as far as it is looked at here. */
interface Schema {
  tables: unknown[]
  views: { schema: string }[]
}

/** The private members of lite's connection that have to be replaced. */
interface Internals {
  rlsState: string
  applyJwtSessionContext(transaction: Kysely<unknown>): Promise<void>
  ensureRlsContext(): Promise<boolean>
  introspect(options?: { useCache?: boolean }): Promise<Schema>
  clearSchemaCache(): Promise<void>
  normalizeDbError(error: unknown): unknown
  onPostgrestAST(ast: unknown): Promise<unknown>
}

const replaced = [
  'applyJwtSessionContext',
  'ensureRlsContext',
  'introspect',
  'clearSchemaCache',
  'normalizeDbError',
] as const

/**
 * @supabase/lite on Postgres grants everything to everybody on its first request unless these are
 * replaced. So a version that named them otherwise must not start at all.
 */
export function internalsOf(connection: object): Internals {
  const internals = connection as unknown as Record<string, unknown>
  const missing: string[] = replaced.filter((name) => typeof internals[name] !== 'function')
  if (typeof internals.rlsState !== 'string') missing.push('rlsState')
  if (missing.length > 0) {
    throw new Error(
      `@supabase/lite has changed: ${missing.join(', ')} not found on its Postgres connection. The local stack must not run with it.`,
    )
  }
  return connection as unknown as Internals
}

/** lite prints every database error it answers; the caller has the answer, so this is noise. */
const answered = new WeakSet<object>()
const print = console.error.bind(console)
console.error = (...values: unknown[]) => {
  const [first] = values
  if (typeof first === 'object' && first !== null && answered.has(first)) return
  print(...values)
}

/** The Data API: PostgREST's interface over one Postgres, by @supabase/lite with its gaps closed. */
export async function createRest(options: RestOptions) {
  const connection = createPostgresConnection({
    url: options.url('authenticator'),
    postgresOptions: {
      max: 20,
      types: restTypes,
      onnotice: () => {},
      connection: { application_name: 'postgrest', search_path: 'public, extensions' },
    },
  })
  // Introspection reads information_schema, which shows a role without rights nothing.
  const introspection = createPostgresConnection({
    url: options.url('supabase_admin'),
    schemaCache: new InMemoryLruCacheDriver(),
    postgresOptions: { max: 2, onnotice: () => {} },
  })
  const internals = internalsOf(connection)
  const catalogue = internalsOf(introspection)

  let settings = await readRoleSettings(options.admin)
  const current = (): RestContext => {
    const context = restContext.getStore()
    if (!context) throw new Error('a REST request came past the gateway')
    return context
  }

  internals.rlsState = 'active'
  internals.ensureRlsContext = async () => true
  internals.applyJwtSessionContext = (transaction) => applySession(transaction, current(), settings)
  internals.introspect = async (request) => {
    const found = await catalogue.introspect(request)
    // lite reads the text of each view at each request, for every column that it has.
    return { ...found, views: found.views.filter(({ schema }) => options.schemas.includes(schema)) }
  }
  internals.clearSchemaCache = () => catalogue.clearSchemaCache()
  internals.normalizeDbError = (error) => {
    const rendered = renderable(error, current().role === 'anon')
    if (typeof rendered === 'object' && rendered !== null) answered.add(rendered)
    return rendered
  }

  const app = new App({
    connection,
    api: { enabled: true, schemas: options.schemas, max_rows: options.maxRows },
    // lite never sees a token: the gateway has verified it and hands over the claims.
    auth: { enabled: false, jwt_secret: crypto.randomUUID() },
    options: {
      server: {
        disableStudio: true,
        apiKeys: {
          resolver: async () => ({ type: 'publishable', claims: current().claims }),
        },
      },
    },
  })

  return {
    /** Answers a request beneath /rest/v1 for a caller whose key and token have been checked. */
    async fetch(request: Request, caller: Caller): Promise<Response> {
      const headers = Object.fromEntries(request.headers)
      const inner = new Request(request)
      inner.headers.delete('authorization')
      inner.headers.set('apikey', 'checked')
      const { pathname, searchParams } = new URL(request.url)
      const path = pathname.replace(/^\/rest\/v1/, '')
      const unbounded = refuseUnbounded(request.method, searchParams)
      if (unbounded) return unbounded
      const context = { ...caller, method: request.method, path, headers }
      return restContext.run(context, () => app.fetch(inner, { peerAddress: null }))
    },
    /** Forgets the schema and the roles' settings; the next request reads them anew. */
    async reload() {
      settings = await readRoleSettings(options.admin)
      await catalogue.clearSchemaCache()
    },
    async close() {
      await Promise.all(
        [connection, introspection].map((each) =>
          (each as unknown as { close(): Promise<void> }).close(),
        ),
      )
    },
  }
}

export type Rest = Awaited<ReturnType<typeof createRest>>
