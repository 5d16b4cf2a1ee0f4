import type { Workspace } from './state.ts'

/** Arguments of a call, as text: what was nested in a form is JSON. */
export type Args = Record<string, string>

export interface Call {
  workspace: Workspace
  args: Args
  /** What the caller's token may do. */
  scopes: ReadonlySet<string>
}

/** A method of the Web API. */
export interface Method {
  /** Any one of these scopes lets it be called; none: anybody with a token may. */
  scopes: string[]
  /** Calls a minute, by Slack's tiers; `message`: one a second for each channel. */
  limit: 20 | 50 | 100 | 'message'
  /** Only a token of an admin will do. */
  admin?: boolean
  run(call: Call): Record<string, unknown>
}

/** Slack's refusal, answered with status 200. */
export class Refused extends Error {
  readonly more: Record<string, unknown>

  constructor(error: string, more: Record<string, unknown> = {}) {
    super(error)
    this.more = more
  }
}

/** The value of an argument that must be there. */
export function needed(args: Args, name: string, error = 'invalid_arguments'): string {
  const value = args[name]
  if (value === undefined || value === '') throw new Refused(error)
  return value
}

/** A nested argument; `invalid_arguments` when it is not JSON. */
export function nested(args: Args, name: string): unknown {
  const value = args[name]
  if (value === undefined || value === '') return undefined
  try {
    return JSON.parse(value)
  } catch {
    throw new Refused('invalid_arguments')
  }
}

const CURSOR = /^at:(\d+)$/

/** One page of a list, and the cursor of the next one; it is empty at the end. */
export function page<T>(args: Args, all: T[], most: number): { items: T[]; next: string } {
  const limit = Math.min(Math.max(Number(args.limit) || 100, 1), most)
  const text = Buffer.from(args.cursor ?? '', 'base64').toString()
  const from = args.cursor ? Number(CURSOR.exec(text)?.[1] ?? Number.NaN) : 0
  if (Number.isNaN(from) || from > all.length) throw new Refused('invalid_cursor')
  const to = from + limit
  const next = to < all.length ? Buffer.from(`at:${to}`).toString('base64') : ''
  return { items: all.slice(from, to), next }
}

export const nextCursor = (next: string) => ({ response_metadata: { next_cursor: next } })
