import { setImmediate } from 'node:timers'
import type { Sql } from 'postgres'
import { attempt, type Ending, type Handler, WorkerEnds } from './attempt.ts'
import { type Exchanged, exchange, type Report } from './lease.ts'
import { type Log, silentLog } from './log.ts'
import { systemClock, type WorkerClock } from './worker_clock.ts'

export type { AttemptDeps, Handler, HandlerResult, Job } from './attempt.ts'

export interface WorkerOptions<Deps> {
  queue: string
  handlers: Record<string, Handler<Deps>>
  /** A small pool that lives as long as the process. Two connections are enough. */
  sql: Sql
  /** What the room's handlers need: clients, sql, settings. */
  deps?: Deps
  clock?: WorkerClock
  log?: Log
  /** Jobs at once. With four or more, one place is kept free of bulk jobs. Default 8. */
  concurrency?: number
  /** Longest duration of one drain in ms; the platform stops a function at 150 s. Default 120 000. */
  budgetMs?: number
  /** How long a drain waits for something that is due soon, in ms. Default 60 000. */
  lingerMs?: number
}

export interface Summary {
  claimed: number
  completed: number
  failed: number
  released: number
  stale: number
  exchanges: number
  durationMs: number
}

export interface Worker {
  /**
   * Works the queue until nothing is due or the budget is spent. While one drain runs, a second one only
   * makes it look again at once, and resolves with it. Rejects when the database stays away.
   */
  drain(): Promise<Summary>
  /** Ends the running drain now, because the platform is about to: what is in hand is given back. */
  stop(): void
}

// After an empty claim it looks again after these ms: a job may have been committed just behind its back.
const lookAgain = [10, 100, 1000]
// From this look on it asks for the bell, so that the looks after it close the gap in between.
const ringFrom = 1
const mostErrors = 5

/** Makes a room's worker: it leases jobs, runs their handlers in parallel, and reports each as it ends. */
export function createWorker<Deps extends object>({
  queue,
  handlers,
  sql,
  deps = {} as Deps,
  clock = systemClock,
  log = silentLog,
  concurrency = 8,
  budgetMs = 120_000,
  lingerMs = 60_000,
}: WorkerOptions<Deps>): Worker {
  const reserved = concurrency >= 4 ? 1 : 0
  let running: Promise<Summary> | undefined
  let poked = false
  let wake = () => {}
  let stop = () => {}

  async function run(): Promise<Summary> {
    const began = clock.now()
    const spent = () => clock.now() - began
    const own = log.child({ queue })
    const ending: Ending = new Set()
    let stopped = false
    const summary: Summary = {
      claimed: 0,
      completed: 0,
      failed: 0,
      released: 0,
      stale: 0,
      exchanges: 0,
      durationMs: 0,
    }
    let reports: Report[] = []
    let inFlight = 0
    let looks = 0
    let errors = 0

    const settle = (report: Report) => {
      inFlight -= 1
      reports.push(report)
      if (report.outcome === 'completed') summary.completed += 1
      else if (report.outcome === 'released') summary.released += 1
      else summary.failed += 1
      wake()
    }

    /** Waits for an ended job, a poke, or so many ms. Jobs that end in one turn of the loop share a report. */
    const pause = async (ms: number) => {
      if (reports.length === 0 && !poked) {
        await new Promise<void>((resolve) => {
          const cancel = clock.after(ms, resolve)
          wake = () => {
            cancel()
            resolve()
          }
        })
        wake = () => {}
      }
      if (inFlight > 0) await new Promise((resolve) => setImmediate(resolve))
    }

    const swap = async (wanted: number, quiet: boolean): Promise<Exchanged | undefined> => {
      const sent = reports
      reports = []
      try {
        const answer = await exchange(sql, queue, sent, { wanted, reserved, quiet })
        summary.exchanges += 1
        errors = 0
        for (const job of answer.stale) own.warn('job.stale', { job })
        summary.stale += answer.stale.length
        return answer
      } catch (error) {
        // A report may be sent again: what was booked already is not booked twice.
        reports = [...sent, ...reports]
        errors += 1
        own.error('worker.exchange_failed', { error, errors })
        if (errors >= mostErrors) throw error
        await new Promise<void>((resolve) => clock.after(100 * 2 ** errors, resolve))
        return undefined
      }
    }

    stop = () => {
      stopped = true
      for (const breakOff of ending) breakOff(new WorkerEnds())
      wake()
    }
    const cancelStop = clock.after(budgetMs, stop)
    try {
      for (;;) {
        poked = false
        const open = spent() < budgetMs * 0.8 && !stopped
        const leaving = !open && inFlight === 0
        const wanted = open ? concurrency - inFlight : 0
        const answer = await swap(wanted, leaving || looks >= ringFrom)
        if (!answer) continue
        if (leaving) break

        for (const lease of answer.claimed) {
          inFlight += 1
          attempt(lease, { handlers, deps, clock, log: own, ending }).then(settle)
        }
        summary.claimed += answer.claimed.length

        if (answer.claimed.length > 0) looks = 0
        if (poked) continue
        const leftMs = budgetMs * 0.8 - spent()
        if (!open || inFlight >= concurrency) {
          await pause(budgetMs)
        } else if (answer.claimed.length > 0 || looks < lookAgain.length || inFlight > 0) {
          await pause(
            Math.min(lookAgain[Math.min(looks, lookAgain.length - 1)]!, Math.max(leftMs, 1)),
          )
          looks += 1
        } else if (answer.nextDueMs !== null && answer.nextDueMs <= Math.min(lingerMs, leftMs)) {
          await pause(Math.max(answer.nextDueMs, 10))
        } else if (reports.length === 0) {
          // A job may have ended while the last exchange was under way: its report goes out first.
          break
        }
        if (poked) looks = 0
      }
    } finally {
      cancelStop()
      stop = () => {}
    }
    summary.durationMs = Math.round(spent())
    own.info('worker.drained', { ...summary })
    return summary
  }

  async function runWhilePoked() {
    try {
      let summary = await run()
      // Poked in the very moment it ended: nobody else will look.
      while (poked) summary = await run()
      return summary
    } finally {
      running = undefined
    }
  }

  return {
    drain() {
      poked = true
      wake()
      running ??= runWhilePoked()
      return running
    },
    stop: () => stop(),
  }
}
