import { json } from '../http.ts'

/** Parameters that say something about the answer, not about which rows are meant. */
const shaping = new Set(['select', 'columns', 'order', 'limit', 'offset', 'on_conflict', 'apikey'])

/**
 * Hosted loads pg-safeupdate for the Data API: an UPDATE or DELETE that names no rows is refused,
 * even where a policy would have narrowed it. Debian has no such package, so it is refused here.
 */
export function refuseUnbounded(method: string, query: URLSearchParams): Response | undefined {
  const verb = { PATCH: 'UPDATE', DELETE: 'DELETE' }[method]
  if (!verb || [...query.keys()].some((name) => !shaping.has(name.split('.').at(-1) ?? ''))) {
    return undefined
  }
  const message = `${verb} requires a WHERE clause`
  return json(400, { code: '21000', details: null, hint: null, message })
}
