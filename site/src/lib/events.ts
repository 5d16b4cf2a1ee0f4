import { identity } from '../../community/identity.ts'
import { reader } from './read.ts'

/** A gathering that everybody may come to. */
export interface PublicEvent {
  id: string
  title: string
  description: string
  starts_at: string
  ends_at: string
  /** The zone of the place, such as Europe/Lisbon. */
  time_zone: string
  place: string
  /** The event's own page, where one says that one comes. */
  url: string | null
  category: string | null
  published_at: string
}

const columns = 'id,title,description,starts_at,ends_at,time_zone,place,url,category,published_at'

/**
 * The public events that are not over at `at`, the next one first. Read as a visitor, so that what is for
 * members only cannot be among them whatever is asked. Empty when no project is configured.
 */
export async function readEvents(
  url: string | undefined,
  key: string | undefined,
  at: Date,
): Promise<PublicEvent[]> {
  const now = at.toISOString()
  const read = reader(url, key)
  return (
    (await read?.<PublicEvent>(
      `events?select=${columns}&visibility=eq.public&published_at=lte.${now}&ends_at=gt.${now}&order=starts_at,id`,
    )) ?? []
  )
}

/** A zone as this reader's clock knows it: a name that is newer than her browser becomes UTC, which is said beside the time. */
export function knownZone(timeZone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone
  } catch {
    return 'UTC'
  }
}

const format = (moment: string, time_zone: string, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(identity.language, { timeZone: time_zone, ...options }).format(
    new Date(moment),
  )

/** When an event is, in the words and the time of its own place. */
export function when(event: Pick<PublicEvent, 'starts_at' | 'ends_at' | 'time_zone'>) {
  const { starts_at, ends_at } = event
  const time_zone = knownZone(event.time_zone)
  const fullDay = { weekday: 'long', month: 'long', day: 'numeric' } as const
  const clock = { hour: 'numeric', minute: '2-digit' } as const
  const day = format(starts_at, time_zone, fullDay)
  const lastDay = format(ends_at, time_zone, fullDay)
  return {
    month: format(starts_at, time_zone, { month: 'long', year: 'numeric' }),
    weekday: format(starts_at, time_zone, { weekday: 'short' }),
    date: format(starts_at, time_zone, { day: 'numeric' }),
    shortMonth: format(starts_at, time_zone, { month: 'short' }),
    day,
    time:
      day === lastDay
        ? new Intl.DateTimeFormat(identity.language, {
            timeZone: time_zone,
            ...clock,
          }).formatRange(new Date(starts_at), new Date(ends_at))
        : `${format(starts_at, time_zone, clock)} to ${lastDay}, ${format(ends_at, time_zone, clock)}`,
    zone: zoneName(starts_at, time_zone),
  }
}

/** A moment on the clocks of a zone, to compare. */
const clockIn = (moment: string, timeZone: string) =>
  new Intl.DateTimeFormat('en', {
    timeZone: knownZone(timeZone),
    dateStyle: 'short',
    timeStyle: 'short',
  }).format(new Date(moment))

/** When an event is on the reader's own clock; null where the clocks of the place say the same. */
export function ownTime(
  event: Pick<PublicEvent, 'starts_at' | 'ends_at' | 'time_zone'>,
  zone = new Intl.DateTimeFormat().resolvedOptions().timeZone,
): string | null {
  if (clockIn(event.starts_at, zone) === clockIn(event.starts_at, event.time_zone)) return null
  const there = when(event)
  const here = when({ ...event, time_zone: zone })
  // The day is said where it is another one.
  return here.day === there.day ? here.time : `${here.day}, ${here.time}`
}

/** The name of a zone as people of the place say it, such as “Eastern Standard Time”. */
function zoneName(moment: string, timeZone: string): string {
  const parts = new Intl.DateTimeFormat(identity.language, {
    timeZone,
    timeZoneName: 'long',
  }).formatToParts(new Date(moment))
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone
}

/** Events under the months in which they begin, in their order. */
export function byMonth(events: PublicEvent[]): { month: string; events: PublicEvent[] }[] {
  const months = Map.groupBy(events, (event) => when(event).month)
  return [...months].map(([month, events]) => ({ month, events }))
}

/** The beginning of a text: whole words, at most so many letters. */
export function opening(text: string, longest: number): string {
  const whole = text.trim()
  if (whole.length <= longest) return whole
  return `${whole.slice(0, longest).replace(/\s+\S*$/, '')} …`
}
