import { z } from 'zod'
import { gathering, itsPage, quote, template, whenAndWhere, words } from './parts.ts'

const data = gathering.extend({ words: z.string().min(1), from: z.string().nullish() })

/** What the hosts want to say to their guests. */
export const eventMessage = template(data, (event) => ({
  subject: `${event.title}: a message from ${event.from?.trim() || 'the hosts'}`,
  title: event.title,
  parts: [
    words(`${event.from?.trim() || 'The hosts'} wrote to everybody who is part of it:`),
    quote(event.words),
    whenAndWhere(event),
    itsPage(event),
  ],
}))
