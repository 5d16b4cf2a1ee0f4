import { z } from 'zod'

/** What a mail is made of. Both twins, HTML and plain text, are written from the same parts. */
export type Part =
  | { kind: 'words'; text: string }
  /** What somebody wrote, in her own words and paragraphs. */
  | { kind: 'quote'; text: string; by: string | null }
  | { kind: 'facts'; facts: [label: string, value: string][] }
  | { kind: 'button'; label: string; url: string }

export interface Letter {
  subject: string
  /** The one thing that it says, as a heading. */
  title: string
  parts: (Part | null)[]
}

export interface Template {
  compose(data: unknown): Letter
}

/** One kind of mail: what it is filled with, and its words. Fields that it does not know are left alone. */
export const template = <S extends z.ZodType>(
  data: S,
  compose: (data: z.output<S>) => Letter,
): Template => ({ compose: (given) => compose(data.parse(given)) })

export const words = (text: string): Part => ({ kind: 'words', text })

export const quote = (text: string | null | undefined, by: string | null = null): Part | null =>
  text?.trim() ? { kind: 'quote', text: text.trim(), by } : null

/** A link to press, to a web address or to a page of our site such as /join/. */
export const button = (label: string, url: string | null | undefined): Part | null =>
  url ? { kind: 'button', label, url } : null

export const facts = (...rows: [string, string | null | undefined][]): Part | null => {
  const known = rows.filter((row): row is [string, string] => Boolean(row[1]?.trim()))
  return known.length ? { kind: 'facts', facts: known } : null
}

const text = z.string().nullish()

/** What the mails about a gathering are filled with. */
export const gathering = z.object({
  event_id: z.uuid().nullish().catch(null),
  title: z.string().min(1),
  starts_at: text,
  ends_at: text,
  time_zone: text,
  place: text,
  url: text,
  reason: text,
  join_url: text,
})
export type Gathering = z.output<typeof gathering>

/** The page of the event: Luma's, or ours while it has none there. */
export const itsPage = ({ url, event_id }: Gathering): Part | null =>
  button('See the event', url ?? (event_id && `/calendar/event/?id=${event_id}`))

/** When and where it is. */
export const whenAndWhere = (event: Gathering): Part | null =>
  facts(['When', when(event)], ['Where', event.place])

/** A moment in the words and the zone of the place: Thursday, 5 March 2026, 18:00 to 20:00 (Europe/Lisbon). */
export function when(event: Pick<Gathering, 'starts_at' | 'ends_at' | 'time_zone'>): string | null {
  const start = moment(event.starts_at)
  if (!start) return null
  const zone = event.time_zone ?? 'UTC'
  const end = moment(event.ends_at)
  const until = end && day(start, zone) === day(end, zone) ? ` to ${clock(end, zone)}` : ''
  return `${day(start, zone)}, ${clock(start, zone)}${until} (${zone.replaceAll('_', ' ')})`
}

function moment(text: string | null | undefined): Date | null {
  const date = new Date(text ?? Number.NaN)
  return Number.isNaN(date.getTime()) ? null : date
}

const formatted = (options: Intl.DateTimeFormatOptions) => (date: Date, timeZone: string) => {
  try {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone }).format(date)
  } catch {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' }).format(date)
  }
}
const day = formatted({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
const clock = formatted({ hour: '2-digit', minute: '2-digit' })

/** What the notices about a payment are filled with. */
export const payment = z.object({
  amount: z.number().nullish(),
  currency: text,
  next_attempt: text,
  access_until: text,
})
export type Payment = z.output<typeof payment>

/** A date without time, such as 5 March 2026; null for none. */
export function date(text: string | null | undefined): string | null {
  const at = moment(text)
  return at && formatted({ day: 'numeric', month: 'long', year: 'numeric' })(at, 'UTC')
}

/** An amount in the smallest unit as people write it, such as $10.00; "your dues" where it is not known. */
export function money({ amount, currency }: Payment): string {
  if (amount == null || !/^[a-z]{3}$/i.test(currency ?? '')) return 'your dues'
  const style = new Intl.NumberFormat('en-US', { style: 'currency', currency: currency ?? '' })
  const digits = style.resolvedOptions().maximumFractionDigits ?? 2
  return style.format(amount / 10 ** digits)
}

/** The page on which a card is mended. */
export const mendCard = '/account/?mend=card'
