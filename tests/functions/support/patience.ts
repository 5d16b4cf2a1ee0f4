import type { Fault, FaultSwitch } from '../../../scripts/sandbox/lib/faults.ts'

const hangs = ({ kind }: Fault) => /^timeout|^slow_drip$/.test(kind)

/** Milliseconds that a client waits for an answer that is on its way: longer than a machine is ever stopped. */
const PATIENT = 60_000
/** Time-outs of so many milliseconds and more are no times, but names of the clients below. */
const NAMES = 2_000_000_000

type Begins = () => AbortSignal
const begins = new Map<number, Begins>()
const { timeout } = AbortSignal
AbortSignal.timeout = (ms) => begins.get(ms)?.() ?? timeout.call(AbortSignal, ms)
// Mailchimp's SDK has a timer of its own instead of a signal.
const { setTimeout: start, clearTimeout: stop } = globalThis
const running = new Set<unknown>()
const named = (run: (...given: unknown[]) => void, ms?: number, ...given: unknown[]) => {
  const timer = start(run, ms, ...given)
  const silence = ms === undefined ? undefined : begins.get(ms)?.()
  if (silence) running.add(timer)
  silence?.addEventListener('abort', () => {
    // Its call may have ended meanwhile.
    if (!running.delete(timer)) return
    stop(timer)
    run(...given)
  })
  return timer
}
globalThis.setTimeout = Object.assign(named, start) as typeof start
globalThis.clearTimeout = (timer) => {
  running.delete(timer)
  stop(timer)
}

/** A time-out that begins when the sandbox falls silent, and not when its client begins to ask: its name, as milliseconds. */
function untilSilent(faults: FaultSwitch, momentMs: number): number {
  let waiting: AbortController[] = []
  const giveUp = (asked: AbortController[]) => {
    for (const one of asked) one.abort(new DOMException('It took too long', 'TimeoutError'))
  }
  const { take } = faults
  faults.take = (...request) => {
    const fault = take(...request)
    if (fault && hangs(fault)) {
      setTimeout(giveUp, momentMs, waiting)
      waiting = []
    }
    return fault
  }
  const name = NAMES + begins.size
  begins.set(name, () => {
    const controller = new AbortController()
    waiting.push(controller)
    return controller.signal
  })
  return name
}

/**
 * A provider's client that waits so long that a busy machine looks like no fault; and only for a moment when the sandbox
 * keeps silent, so that a test of a time-out is short.
 */
export function patientClient<Client extends object>(
  connect: (timeoutMs: number) => Client,
  faults: FaultSwitch,
  momentMs = 1500,
): Client {
  const patient = connect(PATIENT) as Record<string, (...given: unknown[]) => unknown>
  const hasty = connect(untilSilent(faults, momentMs)) as typeof patient
  const verbs = Object.keys(patient).map((verb) => [
    verb,
    (...given: unknown[]) => (faults.list().some(hangs) ? hasty : patient)[verb]!(...given),
  ])
  return Object.fromEntries(verbs) as Client
}
