import type { Lease, Report } from './lease.ts'
import { type Log, scrub } from './log.ts'
import { ProviderError } from './provider_error.ts'
import type { WorkerClock } from './worker_clock.ts'

export interface Job {
  id: number
  kind: string
  args: Record<string, unknown>
  /** 1 for the first. */
  attempt: number
  correlationId?: string
}

/** What every handler gets besides the room's own dependencies. */
export interface AttemptDeps {
  /** Aborts before the lease ends: pass it to every fetch. */
  signal: AbortSignal
  /** Carries job, kind and correlation_id already. */
  log: Log
}

// biome-ignore lint/suspicious/noConfusingVoidType: a handler may return nothing
export type HandlerResult = { note?: string } | void

/** Does one job. Returning completes it; a ProviderError says what comes next; any other error is a retry. */
export type Handler<Deps = object> = (job: Job, deps: Deps & AttemptDeps) => Promise<HandlerResult>

export interface AttemptOptions<Deps> {
  handlers: Record<string, Handler<Deps>>
  deps: Deps
  clock: WorkerClock
  log: Log
  /** Aborts when the worker must end: what is broken off then is given back and counts for nothing. */
  ending: AbortSignal
}

/** Time for a handler within its lease: the rest is for the report to arrive before another worker takes over. */
export const handlerMs = (leaseMs: number) => leaseMs - Math.max(1000, leaseMs * 0.2)

const tidy = (text: string) => scrub(text).replaceAll('\0', '').slice(0, 2000)

function failure(error: unknown): Pick<Report, 'outcome' | 'error' | 'retry_after'> {
  if (error instanceof ProviderError) {
    return {
      outcome: error.kind,
      error: tidy(`${error.provider}: ${error.message}`),
      ...(error.retryAfter === undefined ? {} : { retry_after: error.retryAfter }),
    }
  }
  return { outcome: 'retry', error: tidy(error instanceof Error ? error.message : String(error)) }
}

/** Runs one leased job and says how it ended. Never rejects. */
export async function attempt<Deps>(
  lease: Lease,
  { handlers, deps, clock, log, ending }: AttemptOptions<Deps>,
): Promise<Report> {
  const began = clock.now()
  const own = log.child({
    job: lease.job,
    kind: lease.kind,
    attempt: lease.attempt,
    ...(lease.correlation_id === undefined ? {} : { correlation_id: lease.correlation_id }),
  })
  const limit = handlerMs(lease.lease_ms)
  const timeout = new AbortController()
  const finished = new AbortController()
  const signal = AbortSignal.any([timeout.signal, ending])
  clock.sleep(limit, finished.signal).then(() => {
    if (!finished.signal.aborted) timeout.abort(new Error(`No answer within ${limit} ms.`))
  })
  // A handler that ignores its signal must not hold a place for ever.
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  aborted.catch(() => {})

  const report = (rest: Pick<Report, 'outcome' | 'error' | 'retry_after' | 'note'>): Report => ({
    job: lease.job,
    priority: lease.priority,
    msg_id: lease.msg_id,
    read_ct: lease.read_ct,
    duration_ms: Math.round(clock.now() - began),
    ...rest,
  })

  try {
    const handler = handlers[lease.kind]
    if (!handler) throw new Error(`This worker has no handler for "${lease.kind}".`)
    const job: Job = {
      id: lease.job,
      kind: lease.kind,
      args: lease.args,
      attempt: lease.attempt,
      ...(lease.correlation_id === undefined ? {} : { correlationId: lease.correlation_id }),
    }
    const result = await Promise.race([handler(job, { ...deps, signal, log: own }), aborted])
    own.info('job.completed', { duration_ms: Math.round(clock.now() - began) })
    return report({
      outcome: 'completed',
      ...(result?.note === undefined ? {} : { note: tidy(result.note) }),
    })
  } catch (error) {
    if (ending.aborted && !timeout.signal.aborted && !(error instanceof ProviderError)) {
      own.warn('job.released')
      return report({ outcome: 'released' })
    }
    const ended = failure(timeout.signal.aborted ? timeout.signal.reason : error)
    own.warn('job.failed', { outcome: ended.outcome, reason: ended.error })
    return report(ended)
  } finally {
    finished.abort()
  }
}
