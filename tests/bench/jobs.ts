/**
 * Jobs: enqueue, drain and pick-up against pg-boss and graphile-worker on the same Postgres, and how flat
 * ours stays with a long past and a long future behind it.
 *   node tests/bench/jobs.ts <postgres url> [--quick]
 */
import postgres from 'postgres'
import { commons } from './jobs/commons.ts'
import { type Contender, median } from './jobs/contender.ts'
import { graphileWorker } from './jobs/graphile_worker.ts'
import { pgBoss } from './jobs/pg_boss.ts'

export interface JobsBenchOptions {
  rounds?: number
  /** Jobs in each round at batches of 10 and 50; a quarter of it at batches of 1. */
  jobs?: number
  finished?: number
  delayed?: number
  samples?: number
}

export interface JobsBenchRow {
  what: string
  batch: number
  unit: 'jobs/s' | 'ms'
  /** Median of all rounds, by contender. */
  medians: Record<string, number>
  /** Median of the rounds' paired ratios: how many times better than the peer. */
  ratios: Record<string, number>
}

type Sample = { what: string; batch: number; unit: 'jobs/s' | 'ms'; name: string; value: number }

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1000
}

async function race(contenders: Contender[], count: number, batch: number): Promise<Sample[]> {
  const samples: Sample[] = []
  for (const contender of contenders) {
    const { name } = contender
    await contender.clear()
    const put = await timed(() => contender.enqueue(count, batch))
    samples.push({ what: 'enqueue', batch, unit: 'jobs/s', name, value: count / put })
    const done = await timed(() => contender.drain(count, batch))
    samples.push({ what: 'drain', batch, unit: 'jobs/s', name, value: count / done })
  }
  return samples
}

function summarise(samples: Sample[]): JobsBenchRow[] {
  const groups = Map.groupBy(samples, (sample) => `${sample.what} ${sample.batch}`)
  return [...groups.values()].map((group) => {
    const { what, batch, unit } = group[0]!
    const byName = Map.groupBy(group, (sample) => sample.name)
    const own = byName.get('commons')!.map((sample) => sample.value)
    const row: JobsBenchRow = { what, batch, unit, medians: {}, ratios: {} }
    for (const [name, values] of byName) {
      row.medians[name] = median(values.map((sample) => sample.value))
      if (name === 'commons') continue
      row.ratios[name] = median(
        values.map((sample, n) =>
          unit === 'ms' ? sample.value / own[n]! : own[n]! / sample.value,
        ),
      )
    }
    return row
  })
}

async function loadBacklog(url: string, finished: number, delayed: number) {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  await sql`insert into jobs.attempts
      (job, msg_id, read_ct, queue, priority, kind, attempt, outcome, args, enqueued_at, started_at, duration_ms)
    select -n, n, 1, 'bench', 'interactive', 'noop', 1, 'completed', '{"id": 1}', now(), now(), 5
    from generate_series(1, ${finished}::int) n`
  await sql`select cardinality(jobs.enqueue_many('bench', 'noop',
    array(select jsonb_build_object('id', n) from generate_series(1, ${delayed}::int) n),
    run_at => now() + interval '1 day'))`
  // Or autovacuum would do it while the watch runs.
  await sql`vacuum (analyze) jobs.attempts, jobs.delayed`
  await sql.end()
}

/** Empty, then with the backlog, then empty again: what the machine does meanwhile falls on both sides. */
async function flatness(
  url: string,
  own: Contender,
  o: Required<JobsBenchOptions>,
): Promise<JobsBenchRow[]> {
  const samples: Sample[] = []
  for (const phase of ['empty', 'behind a backlog', 'empty']) {
    await own.clear()
    if (phase !== 'empty') await loadBacklog(url, o.finished, o.delayed)
    for (let round = 0; round < o.rounds; round++) {
      await own.rest()
      const put = await timed(() => own.enqueue(o.jobs, 50))
      const done = await timed(() => own.drain(o.jobs, 50))
      samples.push({
        what: `enqueue, ${phase}`,
        batch: 50,
        unit: 'jobs/s',
        name: 'commons',
        value: o.jobs / put,
      })
      samples.push({
        what: `drain, ${phase}`,
        batch: 50,
        unit: 'jobs/s',
        name: 'commons',
        value: o.jobs / done,
      })
    }
  }
  await own.clear()
  const rows = summarise(samples)
  for (const row of rows.filter((row) => row.what.endsWith('behind a backlog'))) {
    const empty = rows.find(
      (other) => other.what === row.what.replace('behind a backlog', 'empty'),
    )!
    row.ratios['when empty'] = row.medians.commons! / empty.medians.commons!
  }
  return rows
}

/** Runs everything on a database that has our migrations. Returns the rows of the table it prints. */
export async function run(url: string, options: JobsBenchOptions = {}): Promise<JobsBenchRow[]> {
  const o = {
    rounds: 5,
    jobs: 4000,
    finished: 1_000_000,
    delayed: 100_000,
    samples: 30,
    ...options,
  }
  const own = commons(url)
  const contenders = [own, pgBoss(url), graphileWorker(url)]
  for (const contender of contenders) await contender.prepare()
  const samples: Sample[] = []
  // The first round warms everything up and is thrown away.
  for (let round = -1; round < o.rounds; round++) {
    contenders.push(contenders.shift()!)
    for (const batch of [1, 10, 50]) {
      const raced = await race(contenders, batch === 1 ? Math.ceil(o.jobs / 4) : o.jobs, batch)
      if (round >= 0) samples.push(...raced)
    }
  }
  for (const contender of contenders) {
    await contender.clear()
    for (const value of await contender.pickUp(o.samples)) {
      samples.push({ what: 'pick-up, idle', batch: 1, unit: 'ms', name: contender.name, value })
    }
  }
  const rows = [...summarise(samples), ...(await flatness(url, own, o))]
  for (const contender of contenders) await contender.close()
  return rows
}

/** One flat record a row, for a table: medians by contender, then how many times better ours is. */
export function flat(rows: JobsBenchRow[]): Record<string, string | number>[] {
  return rows.map(({ what, batch, unit, medians, ratios }) => ({
    what,
    batch,
    unit,
    ...medians,
    ...Object.fromEntries(Object.entries(ratios).map(([name, value]) => [`× ${name}`, value])),
  }))
}

if (process.argv[1] && import.meta.url.endsWith(process.argv[1].split('/').at(-1)!)) {
  const url = process.argv[2] ?? process.env.SUPABASE_DB_URL
  if (!url) throw new Error('Say which database: node tests/bench/jobs.ts <postgres url>')
  const quick = process.argv.includes('--quick')
  const rows = await run(
    url,
    quick ? { rounds: 2, jobs: 2000, finished: 50_000, delayed: 10_000, samples: 5 } : {},
  )
  console.table(flat(rows))
}
