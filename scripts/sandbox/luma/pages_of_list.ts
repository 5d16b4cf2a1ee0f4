/** One page of a list. The cursor says how many entries came before; it may stand on the last page too, as at Luma. */
export function paged<T>(all: T[], query: URLSearchParams, cap: number) {
  const from = Number(
    Buffer.from(query.get('pagination_cursor') ?? '', 'base64url').toString() || 0,
  )
  const wanted = Number(query.get('pagination_limit') ?? cap)
  const size = Math.max(1, Math.min(Number.isFinite(wanted) ? Math.floor(wanted) : cap, cap))
  const start = Number.isInteger(from) && from >= 0 ? from : 0
  const entries = all.slice(start, start + size)
  const has_more = start + entries.length < all.length
  const next_cursor = Buffer.from(String(start + entries.length)).toString('base64url')
  return { entries, has_more, ...(entries.length > 0 ? { next_cursor } : {}) }
}
