import { gathering, itsPage, quote, template, whenAndWhere, words } from './parts.ts'

/** All places are taken, and she is in line. */
export const guestWaitlisted = template(gathering, (event) => ({
  subject: `You are on the waitlist: ${event.title}`,
  title: 'You are on the waitlist',
  parts: [
    words(`All places at ${event.title} are taken, and you are in line.`),
    words(
      'When somebody gives a place back before it begins, whoever has waited longest gets it. If that is you, we write to you at once.',
    ),
    quote(event.reason),
    whenAndWhere(event),
    itsPage(event),
  ],
}))
