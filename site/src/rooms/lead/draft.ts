import type { Shape } from '../../lib/drafts.ts'
import type { Kind } from '../resources/data.ts'
import type { Audience, Edited } from './data.ts'

/** What a leader decides about a resource, as the form holds it: empty strings for nothing. */
export interface Draft {
  kind: Kind
  title: string
  summary: string
  topics: string[]
  audience: Audience
  url: string
  video_url: string
  has_captions: boolean
  review_by: string
  file_path: string
  file_name: string
}
export type Field = keyof Draft

export const blank: Draft = {
  kind: 'video',
  title: '',
  summary: '',
  topics: [],
  audience: 'member',
  url: '',
  video_url: '',
  has_captions: false,
  review_by: '',
  file_path: '',
  file_name: '',
}
const fields = Object.keys(blank) as Field[]

/** The draft that a stored resource is. */
export function draftOf(resource: Edited): Draft {
  return Object.fromEntries(
    fields.map((field) => [field, resource[field] ?? blank[field]]),
  ) as unknown as Draft
}

const optional: readonly Field[] = ['url', 'video_url', 'review_by', 'file_path', 'file_name']

export const shape: Shape<Draft, Edited> = {
  blank,
  draftOf,
  same: (one, other, field) =>
    field === 'topics'
      ? JSON.stringify(one.topics.toSorted()) === JSON.stringify(other.topics.toSorted())
      : one[field] === other[field],
  columns: (draft, chosen) =>
    Object.fromEntries(
      chosen.map((field) => [
        field,
        draft[field] === '' && optional.includes(field) ? null : draft[field],
      ]),
    ),
  fieldOf: (column) => fields.find((field) => field === column),
}
