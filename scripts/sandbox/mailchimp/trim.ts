type Json = Record<string, unknown>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null

/** Keeps (or drops) the fields that a dot path names; lists are gone through item by item. */
function walk(value: unknown, paths: string[][], keep: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => walk(item, paths, keep))
  if (!isObject(value)) return value
  const result: Json = {}
  for (const [key, inner] of Object.entries(value)) {
    const here = paths.filter(([head]) => head === key).map(([, ...rest]) => rest)
    const whole = here.some((rest) => rest.length === 0)
    if (here.length === 0) {
      if (!keep) result[key] = inner
    } else if (whole) {
      if (keep) result[key] = inner
    } else result[key] = walk(inner, here, keep)
  }
  return result
}

/** Trims an answer by the `fields` and `exclude_fields` of its query, as dot notation. */
export function trim(body: unknown, query: URLSearchParams): unknown {
  const paths = (name: string) =>
    query
      .get(name)
      ?.split(',')
      .map((path) => path.trim().split('.'))
  const kept = paths('fields')
  const dropped = paths('exclude_fields')
  if (kept) return walk(body, kept, true)
  return dropped ? walk(body, dropped, false) : body
}
