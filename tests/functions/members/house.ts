import { bucketOf } from '../../../functions/_shared/bucket.ts'
import { createLog } from '../../../functions/_shared/log.ts'
import type { Platform } from '../../../functions/_shared/platform.ts'
import type { Sql } from '../../../functions/_shared/sql.ts'
import type { User } from '../../../functions/_shared/user.ts'
import { createWorker } from '../../../functions/_shared/worker.ts'
import { systemClock, type WorkerClock } from '../../../functions/_shared/worker_clock.ts'
import { createApp } from '../../../functions/members/app.ts'
import { handlers } from '../../../functions/members/jobs/index.ts'
import { openDatabase } from '../support/database.ts'
import { PUBLISHABLE, SITE } from '../support/house.ts'
import { patientClient } from '../support/patience.ts'
import { serveStore } from './store.ts'

// The worker's short looks at an empty queue are shortened.
const quickClock: WorkerClock = {
  ...systemClock,
  after: (ms, callback) => systemClock.after(ms <= 1000 ? ms / 20 : ms, callback),
}

export type Members = Awaited<ReturnType<typeof openMembers>>

/** The members room with a database of its own and a store that can be broken. */
export async function openMembers() {
  const db = await openDatabase()
  const store = await serveStore(db.sql)
  const sql = db.sql as unknown as Sql
  const settings: Record<string, string> = {
    SITE_URL: SITE,
    WORKER_SECRET: 'test-worker-secret',
    SUPABASE_URL: store.url,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: PUBLISHABLE }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: 'sb_secret_test' }),
  }
  const env = (name: string) => settings[name]
  const lines: string[] = []
  const log = createLog({ write: (line) => lines.push(line), now: () => new Date() })
  const tokens = new Map<string, User>()
  const pictures = patientClient((ms) => bucketOf(env, 'pictures', ms), store, 300)
  const worker = createWorker({
    queue: 'members',
    handlers: handlers as never,
    sql,
    deps: { sql, pictures },
    log,
    lingerMs: 0,
    clock: quickClock,
  })
  const platform: Platform = {
    env,
    log,
    now: () => new Date(),
    randomId: () => crypto.randomUUID(),
    waitUntil: (work) => void work,
  }
  const app = createApp({
    ...platform,
    sql: () => sql,
    pictures: () => pictures,
    askAuth: () => async (token) => tokens.get(token) ?? null,
    drain: () => worker.drain(),
  })

  return {
    ...db,
    store,
    lines,
    app,
    bucket: pictures,
    drain: () => worker.drain(),
    /** Somebody with a sign-in, and a member row unless she is a stranger. */
    async person(name: string, { stranger = false } = {}) {
      const email = `${name}-${crypto.randomUUID().slice(0, 8)}@example.org`
      const [user] = await db.sql<{ id: string }[]>`
        insert into auth.users (id, aud, role, email, email_confirmed_at)
        values (gen_random_uuid(), 'authenticated', 'authenticated', ${email}, now()) returning id`
      const id = user!.id
      const token = `token-${crypto.randomUUID()}`
      tokens.set(token, { id, email })
      const [row] = stranger
        ? [{ member: '' }]
        : await db.sql<{ member: string }[]>`
            select private.sign_up(${id}, ${name}, true, private.clock()) as member`
      return { id, token, member: row!.member }
    },
    /** Sends a file to the picture door, as the site does. */
    async send(
      token: string | undefined,
      bytes: Uint8Array<ArrayBuffer> | string,
      type = 'image/jpeg',
      headers: Record<string, string> = {},
    ) {
      const response = await app.request('/members/picture', {
        method: 'POST',
        body: bytes,
        headers: {
          apikey: PUBLISHABLE,
          ...(type ? { 'content-type': type } : {}),
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...headers,
        },
      })
      return { status: response.status, headers: response.headers, body: await response.json() }
    },
    /** The picture that the profile names. */
    async pictureOf(member: string): Promise<string | null> {
      const [row] = await db.sql`select picture from public.profiles where member_id = ${member}`
      return row?.picture ?? null
    },
    /** Works the queue until nothing is owed; what waits for its time is made due. */
    async work() {
      for (let round = 0; round < 10; round++) {
        await db.sql`update jobs.delayed set run_at = private.clock() where run_at > private.clock()`
        const { claimed } = await worker.drain()
        const [left] = await db.sql`select exists (select from jobs.delayed) as any`
        if (claimed === 0 && !left!.any) return
      }
    },
    async close() {
      worker.stop()
      await store.close()
      await db.close()
    },
  }
}
