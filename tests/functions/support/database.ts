import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import postgres from 'postgres'
import { bootstrap } from '../../../scripts/local/bootstrap.ts'
import { type Cluster, startCluster } from '../../../scripts/local/cluster.ts'
import { migrate } from '../../../scripts/local/migrate.ts'
import { runFolder } from '../../../scripts/local/run-folder.ts'

// Below the range from which the kernel gives ports by itself, above those of stacks. Each worker of a run has a block of
// its own, number 0 is its main process; where in the block it begins is another place in another run, as a rule.
const PORTS = { from: 17_000, block: 1_500, blocks: 10 }
const mine = (Number(process.env.VITEST_POOL_ID ?? 0) % PORTS.blocks) * PORTS.block
let asked = (process.pid * 997) % PORTS.block

/** A port that nobody listens on, and that no other worker of this run is given before the caller listens. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < PORTS.block; tries += 1) {
    asked = (asked + 1) % PORTS.block
    const port = PORTS.from + mine + asked
    if (await isFree(port)) return port
  }
  throw new Error('Every port is in use.')
}

const isFree = (port: number) =>
  new Promise<boolean>((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })

export interface Database {
  url: string
  sql: postgres.Sql
  /** Moves the database's idea of now by so many seconds from the real time. */
  travel(seconds: number): Promise<void>
  /**
   * Holds the database's idea of now while something is done: however long that takes, nothing comes due in it. `to` moves
   * on to so many seconds after the moment at which it was held.
   */
  still<T>(work: (to: (seconds: number) => Promise<void>) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** Brings a new cluster to where tests of rooms begin: all migrations, the sandbox's prices and no people. */
async function furnish(cluster: Cluster): Promise<void> {
  await bootstrap(cluster.url('supabase_admin'))
  await migrate(cluster.url('postgres'))
  const sql = postgres(cluster.url('postgres'), { max: 1, onnotice: () => {} })
  await sql`
    insert into public.stripe_prices (price_id, purpose, tier, currency, unit_amount, recurring_interval)
    values ('price_monthly', 'dues', 'monthly', 'usd', 1000, 'month'),
           ('price_annual', 'dues', 'annual', 'usd', 10000, 'year'),
           ('price_donor_annual', 'dues', 'donor_annual', 'usd', 25000, 'year')
    on conflict do nothing`
  await sql`
    insert into private.donation_rules (currency, minimum, maximum, product_id)
    values ('usd', 100, 1000000, 'prod_donation')
    on conflict do nothing`
  // Nothing happens by itself here: the tests say when a schedule runs.
  await sql`select cron.alter_job(jobid, active => false) from cron.job`
  await sql.end()
}

/** Makes a cluster that every test file of a run begins with a copy of, and returns its folder. */
export async function makeModel(): Promise<string> {
  const port = await freePort()
  const folder = runFolder(`rooms-${process.pid}-${port}`)
  const cluster = await startCluster({ folder, port })
  try {
    await furnish(cluster)
    await cluster.stop()
  } catch (error) {
    await cluster.stop()
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
  writeFileSync(join(folder, 'data', 'complete'), '')
  return folder
}

/** A database of one's own with all migrations, the sandbox's prices and no people. */
export async function openDatabase(): Promise<Database> {
  const port = await freePort()
  const folder = runFolder(`room-${process.pid}-${port}`)
  // Made once for a whole run (tests/setup/rooms.ts); a program of its own makes one for itself.
  const model = process.env.COMMONS_ROOMS_MODEL
  if (model) execFileSync('cp', ['-a', '--reflink=auto', `${model}/data`, `${model}/rt`, folder])
  const cluster = await startCluster({ folder, port })
  const discard = async () => {
    await cluster.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    if (cluster.fresh) await furnish(cluster)
  } catch (error) {
    await discard()
    throw error
  }
  const url = cluster.url('postgres')
  const sql = postgres(url, { max: 5, onnotice: () => {} })
  const setClock = (now: string) =>
    sql.unsafe(`
      create or replace function private.clock() returns timestamptz language sql stable
      set search_path = '' as $$ select ${now} $$`)
  return {
    url,
    sql,
    async travel(seconds) {
      await setClock(`pg_catalog.now() + interval '${seconds} seconds'`)
    },
    async still(work) {
      const [clock] = await sql<{ now: string; runs: string }[]>`
        select private.clock()::text as now, pg_get_functiondef('private.clock()'::regprocedure) as runs`
      const to = async (seconds: number) => {
        await setClock(`timestamptz '${clock!.now}' + interval '${seconds} seconds'`)
      }
      await to(0)
      try {
        return await work(to)
      } finally {
        await sql.unsafe(clock!.runs)
      }
    },
    async close() {
      await sql.end({ timeout: 1 })
      await discard()
    },
  }
}
