export const DAY = 86_400
export const HOUR = 3_600

/** Adds whole intervals to a moment (Unix seconds, UTC); the 31st becomes a shorter month's last day. */
export function addInterval(start: number, interval: string, count: number): number {
  if (interval === 'day') return start + count * DAY
  if (interval === 'week') return start + count * 7 * DAY
  const months = interval === 'year' ? count * 12 : count
  const date = new Date(start * 1000)
  const day = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() + months)
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  date.setUTCDate(Math.min(day, last))
  return Math.floor(date.getTime() / 1000)
}

/**
 * The end of the period that follows `end`, counted from the billing anchor, so that an anchor on
 * the 31st comes back to the 31st after February.
 */
export function nextPeriodEnd(
  anchor: number,
  end: number,
  interval: string,
  count: number,
): number {
  let steps = 1
  let next = addInterval(anchor, interval, count)
  while (next <= end) {
    steps += 1
    next = addInterval(anchor, interval, count * steps)
  }
  return next
}
