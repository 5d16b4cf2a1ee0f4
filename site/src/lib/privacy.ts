import { reader } from './read.ts'

/** One thing that is held about a person, as the comment on its column says. */
export interface Held {
  room: string
  subject: string
  field: string
  what: string
  why: string
  kept: string
  seen_by: string
}

/** Everything that is held about people, in the database's own words and order. Empty when no project is configured. */
export async function readHeld(url: string | undefined, key: string | undefined): Promise<Held[]> {
  return (await reader(url, key)?.<Held>('rpc/personal_data')) ?? []
}

/** Sets the first letter big. */
const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** The rows under their subjects, ready to be read: whole sentences instead of halves, and what is held for the same reason together. */
export function bySubject(held: Held[]) {
  const subjects = Map.groupBy(held, ({ subject }) => subject)
  return [...subjects].map(([subject, rows]) => ({
    subject,
    id: subject.toLowerCase().replace(/\W+/g, '-'),
    count: rows.length,
    groups: [
      ...Map.groupBy(rows, ({ why, kept, seen_by }) => [why, kept, seen_by].join('\n')).values(),
    ].map((alike) => ({
      why: sentence(alike[0]!.why),
      kept: sentence(alike[0]!.kept),
      seenBy: sentence(alike[0]!.seen_by),
      fields: alike.map(({ field, what }) => ({ field: sentence(field), what })),
    })),
  }))
}
