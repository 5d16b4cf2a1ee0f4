/** Structured logs: one JSON object a line, ids only. */

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type LogFields = Record<string, unknown>

export interface Log {
  debug(event: string, fields?: LogFields): void
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
  /** The same log with fields that every line carries, such as correlation_id. */
  child(fields: LogFields): Log
}

export interface LogOptions {
  write: (line: string) => void
  now: () => Date
  fields?: LogFields
}

// Logs leave the house: whatever names a person or opens a door stays out of them. private.scrub knows the same shapes.
const refusedKey =
  /e_?mail|phone|address|password|secret|token|authorization|cookie|api_?key|signature|^(first_|last_|full_)?name$/i
const secretShapes: [RegExp, string][] = [
  [/[^\s"'<>@＠﹫]+[@＠﹫][^\s"'<>@＠﹫]+\.[^\s"'<>@＠﹫]+/g, '[email]'],
  [/\b(?:sk|rk|whsec|sb_secret|cak_live|cak_test|xox[a-z])[_-][\w-]+/g, '[secret]'],
  [/\bre_\w{16,}/g, '[secret]'],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, '$1 [secret]'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, '[token]'],
  [/(?:https?:\/\/)?\b(?:[\w-]+\.)*stripe\.com\/[^\s"'<>]*/gi, '[link]'],
  [/(?<![\w+])\+[1-9](?:[ ()./-]{0,3}[0-9]){6,14}(?![0-9])/g, '[phone]'],
  [/(?<![\w-])(?:\([0-9]{3}\) ?|[0-9]{3}[ .-])[0-9]{3}[ .-][0-9]{4}(?![\w-])/g, '[phone]'],
]

/** Takes addresses, numbers, keys and tokens out of a text, so that it may be logged and shown to admins. */
export function scrub(text: string): string {
  return secretShapes.reduce((clean, [shape, stand]) => clean.replace(shape, stand), text)
}

function guard(value: unknown, key: string, depth: number): unknown {
  if (refusedKey.test(key)) return '[refused]'
  if (typeof value === 'string') return scrub(value)
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Error) return scrub(`${value.name}: ${value.message}`)
  if (typeof value !== 'object' || value === null) return value
  if (depth > 3) return '[deep]'
  if (Array.isArray(value)) return value.map((entry) => guard(entry, '', depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [name, guard(entry, name, depth + 1)]),
  )
}

/** Makes a log that writes lines such as {"at":…,"level":"info","event":"job.completed","job":7}. Never throws. */
export function createLog({ write, now, fields = {} }: LogOptions): Log {
  const line = (level: LogLevel, event: string, more: LogFields = {}) => {
    try {
      const guarded = guard({ ...fields, ...more }, '', 0) as LogFields
      write(JSON.stringify({ at: now().toISOString(), level, event, ...guarded }))
    } catch {
      write(JSON.stringify({ level: 'error', event: 'log.failed', about: event }))
    }
  }
  return {
    debug: (event, more) => line('debug', event, more),
    info: (event, more) => line('info', event, more),
    warn: (event, more) => line('warn', event, more),
    error: (event, more) => line('error', event, more),
    child: (more) => createLog({ write, now, fields: { ...fields, ...more } }),
  }
}

/** A log that says nothing. */
export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLog,
}
