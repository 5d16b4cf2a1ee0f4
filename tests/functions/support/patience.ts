/**
 * Clients of the sandbox that give up on silence, and never on slowness. Importing this patches the process, for as long
 * as it lives: `AbortSignal.timeout`, `setTimeout` and `clearTimeout` know one more number of milliseconds, which only the
 * clients from here ask for; to everybody else they are what they were.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Fault, FaultSwitch } from '../../../scripts/sandbox/lib/faults.ts'
import type { RequestLog } from '../../../scripts/sandbox/lib/requests.ts'

const hangs = ({ kind }: Fault) => /^timeout|^slow_drip$/.test(kind)

/** Milliseconds that a client waits for an answer that is on its way: longer than a machine is ever stopped. */
const PATIENT = 60_000
/** No time, but the name of one: until the sandbox keeps silent to this call. */
const UNTIL_SILENT = 2_000_000_000

/** The time-outs that a call of a client has begun. */
type Call = Set<AbortController>
const calling = new AsyncLocalStorage<Call>()
/** The end of the call that this runs in, when that is its time-out; it is forgotten with the call. */
function silence(ms?: number): AbortSignal | undefined {
  const call = ms === UNTIL_SILENT ? calling.getStore() : undefined
  if (!call) return undefined
  const controller = new AbortController()
  call.add(controller)
  return controller.signal
}

const { timeout } = AbortSignal
AbortSignal.timeout = (ms) => silence(ms) ?? timeout.call(AbortSignal, ms)
// Mailchimp's SDK has a timer of its own instead of a signal.
const { setTimeout: start, clearTimeout: stop } = globalThis
const running = new Set<unknown>()
const named = (run: (...given: unknown[]) => void, ms?: number, ...given: unknown[]) => {
  const timer = start(run, ms, ...given)
  const silent = silence(ms)
  if (silent) running.add(timer)
  silent?.addEventListener('abort', () => {
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

/** What a client must know of its provider: which faults are on, and whom it keeps silent to. */
export interface Provider {
  faults: Pick<FaultSwitch, 'list'>
  requests: RequestLog
}

/** Gives up on calls a moment after the provider has fallen silent to them; answers how a call is made so. */
function untilSilent({ requests }: Provider, momentMs: number) {
  const calls = new Set<Call>()
  function giveUp() {
    const asked = [...calls].filter((call) => call.size > 0)
    if (requests.held() === 0 || asked.length === 0) return
    // One of them is only slow, or has not arrived: nobody can tell which, and it will be over soon.
    if (asked.length > requests.held() || requests.inFlight() > requests.held()) {
      start(giveUp, 20)
      return
    }
    for (const one of asked.flatMap((call) => [...call])) {
      one.abort(new DOMException('It took too long', 'TimeoutError'))
    }
  }
  const { arrive } = requests
  requests.arrive = (...request) => {
    const visit = arrive(...request)
    const hold = () => {
      visit.hold()
      start(giveUp, momentMs)
    }
    return { ...visit, hold }
  }
  return (run: () => unknown): unknown => {
    const call: Call = new Set()
    calls.add(call)
    const answer = calling.run(call, run)
    const over = () => void calls.delete(call)
    void Promise.resolve(answer).then(over, over)
    return answer
  }
}

/**
 * A provider's client that waits so long that a busy machine looks like no fault; and only for a moment when the sandbox
 * keeps silent, so that a test of a time-out is short.
 */
export function patientClient<Client extends object>(
  connect: (timeoutMs: number) => Client,
  provider: Provider,
  momentMs = 1500,
): Client {
  const patient = connect(PATIENT) as Record<string, (...given: unknown[]) => unknown>
  const hasty = connect(UNTIL_SILENT) as typeof patient
  const hastily = untilSilent(provider, momentMs)
  const verbs = Object.keys(patient).map((verb) => [
    verb,
    (...given: unknown[]) =>
      provider.faults.list().some(hangs)
        ? hastily(() => hasty[verb]!(...given))
        : patient[verb]!(...given),
  ])
  return Object.fromEntries(verbs) as Client
}
