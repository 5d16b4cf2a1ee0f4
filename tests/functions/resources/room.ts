import { createLog } from '../../../functions/_shared/log.ts'
import type { Platform } from '../../../functions/_shared/platform.ts'
import { ProviderError } from '../../../functions/_shared/provider_error.ts'
import { createVimeo } from '../../../functions/_shared/providers/vimeo.ts'
import type { Sql } from '../../../functions/_shared/sql.ts'
import { createWorker } from '../../../functions/_shared/worker.ts'
import { systemClock, type WorkerClock } from '../../../functions/_shared/worker_clock.ts'
import { createApp } from '../../../functions/resources/app.ts'
import type { JobDeps } from '../../../functions/resources/deps.ts'
import { handlers } from '../../../functions/resources/jobs/index.ts'
import { createClock } from '../../../scripts/sandbox/lib/clock.ts'
import { serveVimeo } from '../../../scripts/sandbox/vimeo/server.ts'
import { openDatabase } from '../support/database.ts'
import { SITE } from '../support/house.ts'
import { patientClient } from '../support/patience.ts'

// The worker's short looks at an empty queue are shortened.
const quickClock: WorkerClock = {
  ...systemClock,
  after: (ms, callback) => systemClock.after(ms <= 1000 ? ms / 20 : ms, callback),
}

export type Room = Awaited<ReturnType<typeof openRoom>>

/** The resources room with a database of its own, the Vimeo sandbox, and a store that can be broken. */
export async function openRoom() {
  const db = await openDatabase()
  const clock = createClock(() => new Date())
  const vimeo = await serveVimeo({ port: 0, clock, siteUrl: SITE })
  const sql = db.sql as unknown as Sql
  const settings: Record<string, string | undefined> = {
    SITE_URL: SITE,
    WORKER_SECRET: 'test-worker-secret',
    VIMEO_API_BASE: vimeo.url,
  }
  const env = (name: string) => settings[name]
  const lines: string[] = []
  const log = createLog({ write: (line) => lines.push(line), now: () => new Date() })
  const store = {
    /** Breaks the store: it answers nothing, or works and then answers nothing. */
    trouble: undefined as 'silent' | 'done and silent' | undefined,
    removed: [] as string[],
  }
  const remove = async (paths: string[]) => {
    const silent = () => new ProviderError('Storage', 'retry', 'No answer')
    if (store.trouble === 'silent') throw silent()
    await db.sql.begin(async (tx) => {
      await tx`set local storage.allow_delete_query = 'true'`
      await tx`delete from storage.objects where bucket_id = 'resources' and name = any (${paths})`
    })
    store.removed.push(...paths)
    if (store.trouble === 'done and silent') throw silent()
  }
  const client = patientClient((ms) => createVimeo(env, () => clock.now(), ms), vimeo, 300)
  const deps: JobDeps = { sql, vimeo: client, files: { remove } }
  const worker = createWorker<JobDeps>({
    queue: 'resources',
    handlers,
    sql,
    deps,
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
  const app = createApp({ ...platform, drain: () => worker.drain() })

  return {
    ...db,
    app,
    vimeo,
    client,
    deps,
    store,
    lines,
    settings,
    /** Works the queue until nothing is owed; what waits for its time is made due. */
    async work(rounds = 8) {
      for (let round = 0; round < rounds; round++) {
        await db.sql`update jobs.delayed set run_at = private.clock() where run_at > private.clock()`
        const { claimed } = await worker.drain()
        const [left] = await db.sql`select exists (select from jobs.delayed) as any`
        if (claimed === 0 && !left!.any) return
      }
    },
    /** Works once what is due now. */
    drain: () => worker.drain(),
    /** A resource with the video of an address; its id. */
    async video(address: string): Promise<string> {
      const id = crypto.randomUUID()
      await db.sql`insert into public.resources (id, kind, title, video_url) values (${id}, 'video', 'A talk', ${address})`
      return id
    },
    async held(id: string) {
      const [row] = await db.sql`
        select embed_state, video_title, duration_seconds, revision from public.resources where id = ${id}`
      return row!
    },
    /** How the jobs of this room ended, in order. */
    async outcomes(): Promise<string[]> {
      const rows = await db.sql`
        select outcome || coalesce(': ' || note, '') as said from jobs.attempts where queue = 'resources' order by job, attempt, read_ct`
      return rows.map(({ said }) => said)
    },
    async forget() {
      await db.sql`truncate jobs.attempts, jobs.delayed, jobs.dead`
      vimeo.faults.clear()
      vimeo.requests.clear()
      store.trouble = undefined
      store.removed = []
    },
    async close() {
      await vimeo.close()
      await db.close()
    },
  }
}
