import { gathering, itsPage, quote, template, whenAndWhere, words } from './parts.ts'

/** Her request to come was granted. */
export const guestApproved = template(gathering, (event) => ({
  subject: `You are in: ${event.title}`,
  title: 'You are in',
  parts: [
    words(`Your place at ${event.title} is confirmed. We look forward to seeing you.`),
    quote(event.reason),
    whenAndWhere(event),
    itsPage(event),
    words(
      'Can you not come after all? Please give your place back on that page. Somebody on the waitlist will be glad.',
    ),
  ],
}))
