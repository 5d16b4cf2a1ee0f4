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

/** Ends attempts from outside: every attempt in flight has its abort function here. */
export type Ending = Set<(reason: Error) => void>

export interface AttemptOptions<Deps> {
  handlers: Record<string, Handler<Deps>>
  deps: Deps
  clock: WorkerClock
  log: Log
  ending: Ending
}

/** Why an attempt was broken off by its own worker. Its job is given back and the attempt counts for nothing. */
export class WorkerEnds extends Error {
  constructor() {
    super('The worker had to end.')
    this.name = 'WorkerEnds'
  }
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
  const correlationId = lease.correlation_id
  const own = log.child({
    job: lease.job,
    kind: lease.kind,
    attempt: lease.attempt,
    ...(correlationId === undefined ? {} : { correlation_id: correlationId }),
  })
  const controller = new AbortController()
  const abort = Promise.withResolvers<never>()
  // A handler that ignores its signal must not hold a place for ever: whoever ends first counts.
  const breakOff = (reason: Error) => {
    controller.abort(reason)
    abort.reject(reason)
  }
  const limit = handlerMs(lease.lease_ms)
  const cancel = clock.after(limit, () => breakOff(new Error(`No answer within ${limit} ms.`)))
  ending.add(breakOff)

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
      ...(correlationId === undefined ? {} : { correlationId }),
    }
    const handled = handler(job, { ...deps, signal: controller.signal, log: own })
    const result = await Promise.race([handled, abort.promise])
    const ended = report({
      outcome: 'completed',
      ...(result?.note === undefined ? {} : { note: tidy(result.note) }),
    })
    own.info('job.completed', { duration_ms: ended.duration_ms })
    return ended
  } catch (error) {
    // An SDK wraps the abort in its own error, so the signal is what tells.
    const reason = controller.signal.aborted ? controller.signal.reason : error
    if (reason instanceof WorkerEnds) {
      own.warn('job.released')
      return report({ outcome: 'released' })
    }
    const ended = failure(reason)
    own.warn('job.failed', { outcome: ended.outcome, reason: ended.error })
    return report(ended)
  } finally {
    cancel()
    ending.delete(breakOff)
  }
}
