import { identity } from '../../../community/identity.ts'
import type { Kind } from './data.ts'

/** A length as people say it: 40 min, 1 h 5 min. */
export function length(seconds: number): string {
  const minutes = Math.max(1, Math.round(seconds / 60))
  const hours = Math.floor(minutes / 60)
  const rest = minutes % 60
  return [hours && `${hours} h`, (rest || !hours) && `${rest} min`].filter(Boolean).join(' ')
}

/** A size as people say it: 420 KB, 2.1 MB. */
export function size(bytes: number): string {
  const mega = bytes / 1_000_000
  const format = (amount: number, unit: string, digits: number) =>
    new Intl.NumberFormat(identity.language, {
      style: 'unit',
      unit,
      unitDisplay: 'short',
      maximumFractionDigits: digits,
    }).format(amount)
  if (mega >= 1) return format(mega, 'megabyte', mega < 10 ? 1 : 0)
  return format(Math.max(1, Math.round(bytes / 1000)), 'kilobyte', 0)
}

const types: [RegExp, string][] = [
  [/pdf$/, 'PDF'],
  [/word|opendocument\.text$/, 'Document'],
  [/excel|sheet|csv$/, 'Spreadsheet'],
  [/powerpoint|presentation/, 'Slides'],
  [/^image\//, 'Picture'],
  [/zip/, 'Zip archive'],
  [/^text\//, 'Text'],
]

/** What a file is, for people. */
export const fileType = (type: string): string =>
  types.find(([pattern]) => pattern.test(type))?.[1] ?? 'File'

interface Facts {
  kind: Kind
  duration_seconds: number | null
  file_type: string | null
  file_size: number | null
  url: string | null
}

/** What a resource is, in few words: Video · 40 min; PDF · 2.1 MB; Link · example.org. */
export function facts({ kind, duration_seconds, file_type, file_size, url }: Facts): string[] {
  if (kind === 'video') return ['Video', ...(duration_seconds ? [length(duration_seconds)] : [])]
  if (kind === 'file')
    return [fileType(file_type ?? ''), ...(file_size === null ? [] : [size(file_size)])]
  return ['Link', ...(url && URL.canParse(url) ? [new URL(url).host.replace(/^www\./, '')] : [])]
}

/** What "watched" is called for a kind. */
export const doneWord: Record<Kind, string> = { video: 'Watched', file: 'Read', link: 'Read' }
