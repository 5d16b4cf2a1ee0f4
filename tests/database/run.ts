import { globSync } from 'node:fs'
import { join, relative } from 'node:path'
import postgres from 'postgres'
import { readTest } from './includes.ts'

const folder = import.meta.dirname

export interface TapResult {
  passed: number
  failed: number
  /** What went wrong, ready to print. */
  complaints: string[]
}

/** Reads TAP lines. A file that promised more or fewer tests than it ran, or ran none, has failed. */
export function judge(file: string, lines: string[]): TapResult {
  const result: TapResult = { passed: 0, failed: 0, complaints: [] }
  let planned: number | undefined
  let inFailure = false
  for (const line of lines.flatMap((text) => text.split('\n'))) {
    const plan = /^1\.\.(\d+)/.exec(line)
    if (plan) planned = Number(plan[1])
    if (/^ok /.test(line)) result.passed += 1
    if (/^not ok /.test(line)) {
      result.failed += 1
      result.complaints.push(`${file}: ${line}`)
    }
    inFailure = /^not ok /.test(line) || (inFailure && line.startsWith('#'))
    if (inFailure && line.startsWith('#')) result.complaints.push(`  ${line}`)
  }
  const ran = result.passed + result.failed
  if (ran === 0 || planned !== ran) {
    result.failed += 1
    result.complaints.push(`${file}: planned ${planned ?? 'nothing'}, ran ${ran}`)
  }
  return result
}

async function runFile(url: string, path: string): Promise<TapResult> {
  const file = relative(join(folder, '../..'), path)
  const sql = postgres(url, {
    max: 1,
    onnotice: () => {},
    connection: { application_name: 'pgtap' },
  })
  try {
    const answers = await sql.unsafe(readTest(path)).simple()
    const sets = (Array.isArray(answers[0]) ? answers : [answers]) as unknown as Record<
      string,
      unknown
    >[][]
    const lines = sets.flatMap((rows) =>
      rows.flatMap((row) =>
        Object.values(row).filter((value): value is string => typeof value === 'string'),
      ),
    )
    return judge(file, lines)
  } catch (error) {
    const { message, where } = error as postgres.PostgresError
    return {
      passed: 0,
      failed: 1,
      complaints: [`${file}: ${message}${where ? `\n  ${where}` : ''}`],
    }
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/**
 * Puts every schedule to sleep and ends what it had begun: what runs each minute would change and lock the tables that a
 * test looks at. Wants a superuser's session. Throws when the migrations left one that is not active, because from here
 * on nobody can tell, and when one does not end.
 */
export async function quietSchedules(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    const idle = await sql`select jobname from cron.job where not active`
    if (idle.length > 0)
      throw new Error(`Not active: ${idle.map(({ jobname }) => jobname).join(', ')}`)
    await sql`select cron.alter_job(jobid, active => false) from cron.job`
    // The launcher first, which begins anew without them; then whatever it had started.
    for (const kind of ['pg_cron launcher', 'pg_cron%']) {
      const told = await sql<{ pid: number; ended: boolean }[]>`
        select pid, pg_terminate_backend(pid, 60000) as ended from pg_stat_activity
         where backend_type like ${kind} and pid <> pg_backend_pid()`
      // Of one that ended by itself meanwhile the answer is no as well.
      const open = told.filter(({ ended }) => !ended).map(({ pid }) => pid)
      const left = await sql`
        select backend_type from pg_stat_activity where pid = any(${open}::int[])`
      if (left.length > 0)
        throw new Error(`Did not end: ${left.map(({ backend_type }) => backend_type).join(', ')}`)
    }
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/**
 * Runs every pgTAP file whose path holds the filter, four at a time, each in a session of its own.
 * Those of the house drop policies and truncate, which locks whole tables: they come last, one by one.
 */
export async function runDatabaseTests(url: string, filter = ''): Promise<TapResult> {
  const files = globSync(join(folder, '**/*.test.sql'))
    .filter((file) => file.includes(filter))
    .sort()
  const house = files.filter((file) => file.includes('/house/'))
  const rooms = files.filter((file) => !house.includes(file))
  const total: TapResult = { passed: 0, failed: 0, complaints: [] }
  const lane = async (waiting: string[]) => {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      const { passed, failed, complaints } = await runFile(url, file)
      total.passed += passed
      total.failed += failed
      total.complaints.push(...complaints)
    }
  }
  await Promise.all([lane(rooms), lane(rooms), lane(rooms), lane(rooms)])
  await lane(house)
  return total
}
