import { invalid } from './errors.ts'

/** A decoded form value: text, a list, or a nested record, as bracket keys describe it. */
export type Value = string | Value[] | Params
export interface Params {
  [key: string]: Value
}

// Free keys: `metadata[0]` is a key called "0", not the first element of a list.
const FREE_KEYS = new Set(['metadata'])

/**
 * Decodes a form or a query with bracket nesting: `items[0][price]=x`, `expand[]=y`, `metadata[k]=v`.
 * A later value of the same key wins, except with `[]`, which appends.
 */
export function decodeForm(text: string): Params {
  const root: Params = Object.create(null) as Params
  for (const [key, value] of new URLSearchParams(text)) {
    const path = key.split(/\[|\]\[|\]/).filter((part, at) => at === 0 || part !== '')
    if (key.endsWith('[]')) path.push('')
    place(root, path, value)
  }
  return listify(root) as Params
}

function place(root: Params, path: string[], value: string) {
  let here = root
  for (const [at, part] of path.entries()) {
    const name = part === '' && at > 0 ? String(Object.keys(here).length) : part
    if (at === path.length - 1) {
      here[name] = value
      return
    }
    const next = here[name]
    if (typeof next !== 'object') here[name] = Object.create(null) as Params
    here = here[name] as Params
  }
}

function listify(value: Value, key = ''): Value {
  if (typeof value === 'string' || Array.isArray(value)) return value
  const keys = Object.keys(value)
  const isList = keys.length > 0 && !FREE_KEYS.has(key) && keys.every((k) => /^\d+$/.test(k))
  if (isList) return keys.sort((a, b) => Number(a) - Number(b)).map((k) => listify(value[k]!))
  return Object.fromEntries(keys.map((k) => [k, listify(value[k]!, k)]))
}

/** The text of a parameter; undefined when it is missing or empty. */
export function text(params: Params, key: string): string | undefined {
  const value = params[key]
  if (value === undefined || value === '') return undefined
  if (typeof value !== 'string') throw invalid(`Invalid string: ${JSON.stringify(value)}`, key)
  return value
}

/** Like `text`, but an empty value, which unsets a field, is null. */
export function unsettable(params: Params, key: string): string | null | undefined {
  return params[key] === '' ? null : text(params, key)
}

/** A whole number; 400 `parameter_invalid_integer` when it is none. */
export function whole(params: Params, key: string): number | undefined {
  const value = text(params, key)
  if (value === undefined) return undefined
  if (!/^-?\d+$/.test(value)) {
    throw invalid(`Invalid integer: ${value}`, key, 'parameter_invalid_integer')
  }
  return Number(value)
}

/** A boolean; 400 when the text is neither `true` nor `false`. */
export function flag(params: Params, key: string): boolean | undefined {
  const value = text(params, key)
  if (value === undefined) return undefined
  if (value !== 'true' && value !== 'false') throw invalid(`Invalid boolean: ${value}`, key)
  return value === 'true'
}

/** One of a closed vocabulary; 400 when it is another word. */
export function oneOf<const T extends string>(
  params: Params,
  key: string,
  words: readonly T[],
): T | undefined {
  const value = text(params, key)
  if (value === undefined) return undefined
  const word = words.find((w) => w === value)
  if (word) return word
  throw invalid(`Invalid ${key}: must be one of ${words.join(', ')}`, key)
}

/** A nested record; undefined when it is missing. */
export function record(params: Params, key: string): Params | undefined {
  const value = params[key]
  if (value === undefined || value === '') return undefined
  if (typeof value === 'string' || Array.isArray(value)) throw invalid('Invalid object', key)
  return value
}

/** A list; empty when it is missing. */
export function items(params: Params, key: string): Value[] {
  const value = params[key]
  if (value === undefined || value === '') return []
  if (!Array.isArray(value)) throw invalid('Invalid array', key)
  return value
}

/** A list of records, such as `line_items`. */
export function records(params: Params, key: string): Params[] {
  return items(params, key).map((item, at) => {
    if (typeof item === 'string' || Array.isArray(item))
      throw invalid('Invalid object', `${key}[${at}]`)
    return item
  })
}

/** Merges metadata as Stripe does: a key with an empty value is removed, `''` removes all. */
export function mergeMetadata(old: Record<string, string>, params: Params): Record<string, string> {
  if (params.metadata === undefined) return old
  if (params.metadata === '') return {}
  const merged = { ...old }
  for (const [key, value] of Object.entries(record(params, 'metadata') ?? {})) {
    if (key.length > 40) throw invalid('Metadata keys may be up to 40 characters.', 'metadata')
    if (typeof value !== 'string') throw invalid('Metadata values must be strings.', 'metadata')
    if (value.length > 500)
      throw invalid('Metadata values may be up to 500 characters.', 'metadata')
    if (value === '') delete merged[key]
    else merged[key] = value
  }
  if (Object.keys(merged).length > 50) throw invalid('Metadata may have up to 50 keys.', 'metadata')
  return merged
}
