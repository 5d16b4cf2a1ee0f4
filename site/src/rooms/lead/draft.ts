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
export const fields = Object.keys(blank) as Field[]

/** The draft that a stored resource is. */
export function draftOf(resource: Edited): Draft {
  return Object.fromEntries(
    fields.map((field) => [field, resource[field] ?? blank[field]]),
  ) as unknown as Draft
}

const same = (one: Draft, other: Draft, field: Field) =>
  field === 'topics'
    ? JSON.stringify(one.topics.toSorted()) === JSON.stringify(other.topics.toSorted())
    : one[field] === other[field]

/** The fields in which two drafts differ. */
export const differing = (one: Draft, other: Draft): Field[] =>
  fields.filter((field) => !same(one, other, field))

const optional: readonly Field[] = ['url', 'video_url', 'review_by', 'file_path', 'file_name']

/** Some fields of a draft as columns. */
export function columns(draft: Draft, chosen: readonly Field[]): Record<string, unknown> {
  return Object.fromEntries(
    chosen.map((field) => [
      field,
      draft[field] === '' && optional.includes(field) ? null : draft[field],
    ]),
  )
}

export interface Merged {
  /** Mine where I changed it, theirs elsewhere. */
  draft: Draft
  /** What both changed, and differently: a person has to choose. */
  contested: Field[]
}

/** Brings together what two people made of one draft. */
export function merge(base: Draft, mine: Draft, theirs: Draft): Merged {
  const draft = { ...theirs } as Record<Field, unknown>
  const contested: Field[] = []
  for (const field of fields) {
    if (same(base, mine, field)) continue
    draft[field] = mine[field]
    if (!same(base, theirs, field) && !same(mine, theirs, field)) contested.push(field)
  }
  return { draft: draft as unknown as Draft, contested }
}
