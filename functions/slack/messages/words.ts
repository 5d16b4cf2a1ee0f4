/**
 * Text that people wrote, as it may stand in a message: it rings no bell, mentions nobody, is no link and changes
 * nothing around it.
 */

/** What Slack takes at most. */
export const MOST = { header: 150, section: 3000, button: 75, url: 3000, fallback: 3000 }

/** Controls, and marks that turn the direction of what follows, so that a name could rewrite its surroundings. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
const unseen = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]/g

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
const escaped = (character: string) => entities[character] ?? character

/** Stands where a word would ring a bell or become a link. Takes no room, and lets no line break in. */
const JOINER = '\u2060'

function tidy(text: string): string {
  return text.toWellFormed().replaceAll(/\r\n?/g, '\n').replaceAll(unseen, '').trim()
}

/** Escapes `&`, `<` and `>`, and ends with an ellipsis where it would be longer than Slack takes. No entity is cut. */
function fitted(text: string, most: number): string {
  let fits = ''
  let withEllipsis = ''
  for (const character of text) {
    const next = fits + escaped(character)
    if (next.length > most) return `${withEllipsis}…`
    fits = next
    if (next.length < most) withEllipsis = next
  }
  return fits
}

/** For plain_text, where Slack reads no markup: escaped all the same, and never longer than it takes. */
export const plain = (text: string, most: number = MOST.section): string => fitted(tidy(text), most)

/** Without the ends of its lines, so that nothing in it looks like a line of ours. */
export const onOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ')

/** On one line, for titles and names. */
export const line = (text: string, most: number = MOST.header): string =>
  plain(onOneLine(text), most)

/**
 * For the fallback, which Slack reads as markup: `@here` does not ring, addresses of pages and people are no links,
 * and stars and ticks are only stars and ticks.
 */
export const inert = (text: string, most: number = MOST.fallback): string =>
  fitted(
    tidy(text)
      .replaceAll(/\s+/g, ' ')
      .replaceAll(/[@#]/g, `$&${JOINER}`)
      .replaceAll('://', `:${JOINER}//`)
      .replaceAll(/\b(mailto|tel):/gi, `$1${JOINER}:`)
      .replaceAll(/\.(?=\p{L})/gu, `.${JOINER}`)
      .replaceAll(/[*_~`]/g, `${JOINER}$&`),
    most,
  )

/** A day, such as 21 November 2026; empty for what is none. */
export const day = (at: string | Date): string => {
  const date = new Date(at)
  return Number.isNaN(date.getTime())
    ? ''
    : new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(date)
}

/** When something begins, at the place where it is: "Fri, 21 Nov 2026, 18:30 (Lisbon time)". */
export function moment(at: string, timeZone: string): string {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return ''
  const zone = isZone(timeZone) ? timeZone : 'UTC'
  const shown = new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: zone,
  }).format(date)
  return `${shown} (${zone === 'UTC' ? 'UTC' : `${zone.split('/').at(-1)?.replaceAll('_', ' ')} time`})`
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}
