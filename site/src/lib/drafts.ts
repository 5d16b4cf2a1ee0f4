/** What a form holds of a stored thing: how it is read, compared and written. */
export interface Shape<Draft extends object, Stored> {
  /** The draft of something that is not there yet. */
  blank: Draft
  /** The draft that a stored thing is. */
  draftOf(stored: Stored): Draft
  same(one: Draft, other: Draft, field: keyof Draft): boolean
  /** Some fields as columns of the database. */
  columns(draft: Draft, chosen: (keyof Draft)[]): Record<string, unknown>
  /** The field of the form that a column of the database belongs to. */
  fieldOf(column: string): keyof Draft | undefined
}

export const fieldsOf = <Draft extends object>(draft: Draft) =>
  Object.keys(draft) as (keyof Draft)[]

/** The fields in which two drafts differ. */
export const differing = <Draft extends object>(
  shape: Shape<Draft, never>,
  one: Draft,
  other: Draft,
): (keyof Draft)[] => fieldsOf(shape.blank).filter((field) => !shape.same(one, other, field))

export interface Merged<Draft> {
  /** Mine where I changed it, theirs elsewhere. */
  draft: Draft
  /** What both changed, and differently: a person has to choose. */
  contested: (keyof Draft)[]
}

/** Brings together what two people made of one draft. */
export function merge<Draft extends object>(
  shape: Shape<Draft, never>,
  base: Draft,
  mine: Draft,
  theirs: Draft,
): Merged<Draft> {
  const draft = { ...theirs }
  const contested: (keyof Draft)[] = []
  for (const field of fieldsOf(shape.blank)) {
    if (shape.same(base, mine, field)) continue
    draft[field] = mine[field]
    if (!shape.same(base, theirs, field) && !shape.same(mine, theirs, field)) contested.push(field)
  }
  return { draft, contested }
}
