import type { Fault, FaultSwitch } from '../../../scripts/sandbox/lib/faults.ts'

const hangs = ({ kind }: Fault) => /^timeout|^slow_drip$/.test(kind)

/**
 * A provider's client that waits as long as in production, so that a busy machine looks like no fault; and only for a
 * moment while the sandbox is about to keep silent, so that a test of a time-out is short.
 */
export function patientClient<Client extends object>(
  connect: (timeoutMs: number) => Client,
  faults: FaultSwitch,
  momentMs = 1500,
): Client {
  const patient = connect(10_000) as Record<string, (...given: unknown[]) => unknown>
  const hasty = connect(momentMs) as typeof patient
  const verbs = Object.keys(patient).map((verb) => [
    verb,
    (...given: unknown[]) => (faults.list().some(hangs) ? hasty : patient)[verb]!(...given),
  ])
  return Object.fromEntries(verbs) as Client
}
