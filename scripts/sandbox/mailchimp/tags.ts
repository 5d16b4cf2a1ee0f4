import { z } from 'zod'
import { type Audience, type Contact, stamp, subscriberHash } from './state.ts'

export const tagsBody = z.looseObject({
  tags: z.array(
    z.looseObject({ name: z.string().trim().min(1), status: z.enum(['active', 'inactive']) }),
  ),
  is_syncing: z.boolean().optional(),
})

/**
 * Sets and removes tags; a name that is not known yet becomes a tag. Notes `tags.changed` in the
 * ledger only when something did change, so that a repeated call can be told from a second change.
 */
export function changeTags(audience: Audience, contact: Contact, wish: z.output<typeof tagsBody>) {
  const added: string[] = []
  const removed: string[] = []
  for (const { name, status } of wish.tags) {
    if (status === 'inactive') {
      if (contact.tags.delete(name)) removed.push(name)
    } else if (!contact.tags.has(name)) {
      const id = audience.tagIds.get(name) ?? audience.nextId()
      audience.tagIds.set(name, id)
      contact.tags.set(name, { id, name, date_added: stamp(audience.clock) })
      added.push(name)
    }
  }
  if (!added.length && !removed.length) return
  contact.lastChanged = stamp(audience.clock)
  audience.ledger.add('tags.changed', subscriberHash(contact.email), {
    email: contact.email,
    added,
    removed,
    tags: [...contact.tags.keys()],
    is_syncing: wish.is_syncing ?? false,
  })
}
