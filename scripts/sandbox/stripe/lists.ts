import type { Call } from './api.ts'
import { invalid, missing } from './errors.ts'
import { type Params, text, whole } from './form.ts'
import { type ListOf, listOf } from './shapes/common.ts'

export const PAGE = 'limit starting_after ending_before'

/** The newest first, as every Stripe list is ordered. */
export const newestFirst = <T>(objects: Map<string, T>): T[] => [...objects.values()].reverse()

/**
 * One page of a list: `limit` 1–100 (10), `starting_after`, `ending_before`. A cursor that is not in
 * the account is 400 `resource_missing`.
 */
export function page<T extends { id: string }>(call: Call, url: string, all: T[]): ListOf<T> {
  const limit = whole(call.params, 'limit') ?? 10
  if (limit < 1 || limit > 100) {
    throw invalid('Invalid limit: must be between 1 and 100', 'limit', 'parameter_invalid_integer')
  }
  const after = text(call.params, 'starting_after')
  const before = text(call.params, 'ending_before')
  if (after && before)
    throw invalid('You may only specify one of these parameters: starting_after, ending_before.')
  const at = (id: string, param: string) => {
    const index = all.findIndex((object) => object.id === id)
    if (index < 0) throw missing('object', id, param)
    return index
  }
  if (before) {
    const end = at(before, 'ending_before')
    const start = Math.max(0, end - limit)
    return listOf(url, all.slice(start, end), start > 0)
  }
  const start = after ? at(after, 'starting_after') + 1 : 0
  return listOf(url, all.slice(start, start + limit), all.length > start + limit)
}

/** A filter on a time in Unix seconds: an exact value, or `gt`, `gte`, `lt`, `lte`. */
export function within(params: Params, key: string): (moment: number) => boolean {
  const value = params[key]
  if (value === undefined) return () => true
  if (typeof value === 'string') {
    const exact = whole(params, key)
    return (moment) => moment === exact
  }
  if (Array.isArray(value)) throw invalid('Invalid object', key)
  const [gt, gte, lt, lte] = ['gt', 'gte', 'lt', 'lte'].map((bound) => whole(value, bound))
  return (moment) =>
    (gt === undefined || moment > gt) &&
    (gte === undefined || moment >= gte) &&
    (lt === undefined || moment < lt) &&
    (lte === undefined || moment <= lte)
}

/** Keeps what matches an optional exact parameter. */
export function matching<T>(params: Params, key: string, read: (object: T) => unknown) {
  const wanted = text(params, key)
  return (object: T) => wanted === undefined || String(read(object)) === wanted
}
