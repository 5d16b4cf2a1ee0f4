import { button, gathering, itsPage, quote, template, whenAndWhere, words } from './parts.ts'

/** Her request waits: for herself to prove her address, or for the hosts. */
export const guestPending = template(gathering, (event) => ({
  subject: `We have your request: ${event.title}`,
  title: event.join_url ? 'One step is left' : 'The hosts have your request',
  parts: [
    words(`Thank you for asking to come to ${event.title}.`),
    event.join_url
      ? null
      : words('The hosts decide themselves, and we write to you as soon as they have.'),
    quote(event.reason),
    button('Sign in with this address', event.join_url),
    whenAndWhere(event),
    event.join_url ? null : itsPage(event),
  ],
}))
