/** The time zone of this browser. */
export const ownZone = (): string =>
  current(new Intl.DateTimeFormat().resolvedOptions().timeZone) || 'UTC'

// Browsers still offer some zones under names that the database has given up.
const renamed: Record<string, string> = {
  'Africa/Asmera': 'Africa/Asmara',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Catamarca': 'America/Argentina/Catamarca',
  'America/Coral_Harbour': 'America/Atikokan',
  'America/Cordoba': 'America/Argentina/Cordoba',
  'America/Godthab': 'America/Nuuk',
  'America/Indianapolis': 'America/Indiana/Indianapolis',
  'America/Jujuy': 'America/Argentina/Jujuy',
  'America/Louisville': 'America/Kentucky/Louisville',
  'America/Mendoza': 'America/Argentina/Mendoza',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
  'Pacific/Enderbury': 'Pacific/Kanton',
  'Pacific/Ponape': 'Pacific/Pohnpei',
  'Pacific/Truk': 'Pacific/Chuuk',
}
const current = (zone: string) => renamed[zone] ?? zone

const usable = new Map<string, string>()

/** A zone as this browser can tell its time; UTC for one that is too new for it. */
export function knownZone(zone: string): string {
  const known = usable.get(zone)
  if (known) return known
  let told = zone
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
  } catch {
    told = 'UTC'
  }
  usable.set(zone, told)
  return told
}

/** Every zone that a browser knows, under the names that the database knows, in order. */
export const zones = (): string[] =>
  [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone').map(current)])]
    .filter((zone) => zone === 'UTC' || zone.includes('/'))
    .sort()

/** A moment on the clock of a zone, as a date field holds it: 2026-05-04T18:30. */
export function onTheClock(moment: string | Date, zone: string): string {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone: knownZone(zone),
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(new Date(moment))
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? ''
  const year = part('year').padStart(4, '0')
  return `${year}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`
}

/**
 * The moment at which the clock of a zone shows this. An hour that is skipped in spring counts as the one after it;
 * of an hour that comes twice in autumn the first is meant.
 */
export function momentOf(clock: string, zone: string): Date {
  const asUtc = new Date(`${clock}Z`).getTime()
  const offset = (at: number) => new Date(`${onTheClock(new Date(at), zone)}Z`).getTime() - at
  const day = 86_400_000
  // Around a change of the clock there are two offsets: the one of the day before, and the one of the day after.
  const [before, after] = [offset(asUtc - day), offset(asUtc + day)]
  const shows = (at: number) => onTheClock(new Date(at), zone) === clock
  for (const at of [asUtc - before, asUtc - after]) if (shows(at)) return new Date(at)
  return new Date(asUtc - before)
}

/** What a clock shows so many minutes later. */
export function later(clock: string, minutes: number): string {
  return new Date(new Date(`${clock}Z`).getTime() + minutes * 60_000).toISOString().slice(0, 16)
}
