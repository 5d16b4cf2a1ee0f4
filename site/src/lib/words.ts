import { identity } from '../../community/identity.ts'

/** Money in words of the reader: whole amounts without zeros. amount: in the smallest unit. */
export function money(amount: number, currency: string): string {
  const whole = amount % 100 === 0
  return new Intl.NumberFormat(identity.language, {
    style: 'currency',
    currency,
    minimumFractionDigits: whole ? 0 : 2,
  }).format(amount / 100)
}

/** A moment as a day, in UTC, because access ends with a UTC day. */
export function day(moment: string | Date): string {
  return new Intl.DateTimeFormat(identity.language, { dateStyle: 'long', timeZone: 'UTC' }).format(
    new Date(moment),
  )
}

/** A moment as a month and year. */
export function month(moment: string): string {
  return new Intl.DateTimeFormat(identity.language, {
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(new Date(moment))
}

/** The last day that lies wholly before a moment: access until midnight of the 5th means through the 4th. */
export function lastDayBefore(moment: string): string {
  return day(new Date(new Date(moment).getTime() - 1))
}

/** Up to two letters that stand for a person without a picture. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/)
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined]
  return letters.map((word) => [...(word ?? '')][0]?.toUpperCase() ?? '').join('')
}

/** 1st, 2nd, 3rd, 4th. */
export function ordinal(number: number): string {
  const endings: Record<string, string> = { one: 'st', two: 'nd', few: 'rd' }
  const rule = new Intl.PluralRules('en', { type: 'ordinal' }).select(number)
  return `${number}${endings[rule] ?? 'th'}`
}
