import { z } from 'zod'

export const faultKinds = [
  'rate_limit',
  'server_error',
  'timeout_before',
  'timeout_after',
  'slow_drip',
  'garbage',
] as const

export type FaultKind = (typeof faultKinds)[number]

/** A way in which the provider misbehaves, for the requests that match. */
export interface Fault {
  kind: FaultKind
  method?: string
  /** Source of a regular expression that the path must match. */
  path?: string
  /** How many requests it hits before it is used up. Unlimited when left out. */
  times?: number
  /** Seconds, sent as Retry-After; for `rate_limit` only. */
  retryAfter?: number
}

export interface FaultSwitch {
  add(fault: Fault): void
  list(): Fault[]
  clear(): void
  /** The first fault that matches the request, counted down; undefined when none does. */
  take(method: string, path: string): Fault | undefined
}

const isRegex = (source: string) => {
  try {
    return Boolean(new RegExp(source))
  } catch {
    return false
  }
}

/** What the control route accepts. Unknown keys are refused, so that a typing error is seen. */
export const faultSchema = z.strictObject({
  kind: z.enum(faultKinds),
  method: z.string().optional(),
  path: z.string().refine(isRegex, 'is not a regular expression').optional(),
  times: z.number().int().positive().optional(),
  retryAfter: z.number().int().nonnegative().optional(),
})

/** Creates a switch board with every fault off. */
export function createFaultSwitch(): FaultSwitch {
  let faults: Fault[] = []
  const matches = (fault: Fault, method: string, path: string) =>
    (!fault.method || fault.method.toUpperCase() === method) &&
    (!fault.path || new RegExp(fault.path).test(path))
  return {
    add(fault) {
      faults.push({ ...fault })
    },
    list: () => faults.map((fault) => ({ ...fault })),
    clear() {
      faults = []
    },
    take(method, path) {
      const fault = faults.find((f) => matches(f, method.toUpperCase(), path))
      if (!fault) return undefined
      if (fault.times !== undefined) {
        fault.times -= 1
        if (fault.times <= 0) faults = faults.filter((f) => f !== fault)
      }
      return { ...fault }
    },
  }
}
