import { onTheClock } from '../../lib/zones.ts'
import { create, readIdeas, settleIdea } from './data.ts'
import { type Draft, shape } from './draft.ts'

/** What fills the form of a new event, and settles the idea that it came from. */
export interface Prefill {
  idea: string
  draft: Draft
  /** What stands above the form until it is an event. */
  words: string
  create(id: string, columns: Record<string, unknown>): Promise<boolean>
}

/** What an idea would be as an event of one's own. Undefined when nobody waits for it any more. */
export async function prefillOf(wanted: string): Promise<Prefill | undefined> {
  const idea = (await readIdeas()).find(({ id }) => id === wanted)
  if (!idea) return undefined
  const { title, description, starts_at, ends_at, time_zone, region, category } = idea
  return {
    idea: idea.id,
    draft: {
      ...shape.blank,
      title,
      description,
      when: {
        starts: onTheClock(starts_at, time_zone),
        ends: onTheClock(ends_at, time_zone),
        zone: time_zone,
      },
      region: region ?? '',
      category: category ?? '',
    },
    words: `An idea of the agent ${idea.proposed_by}: “${idea.why}” Read it through and save it, and it is a draft of yours. Until then it is nobody’s event.`,
    async create(id, columns) {
      const made = await create(id, columns)
      // What fails here leaves the idea where it was: somebody dismisses it.
      await settleIdea(idea.id, id).catch(() => {})
      return made
    },
  }
}
