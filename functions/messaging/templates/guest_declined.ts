import { button, gathering, quote, template, whenAndWhere, words } from './parts.ts'

/** Her request to come was not granted, with why, and what she can do. */
export const guestDeclined = template(gathering, (event) => ({
  subject: `About your request: ${event.title}`,
  title: 'Not this time',
  parts: [
    words(`Thank you for asking to come to ${event.title}. We could not give you a place.`),
    quote(event.reason),
    whenAndWhere(event),
    event.join_url
      ? words(
          'Members come to gatherings like this one. When you join with the address that this mail came to, we look at your request again at once.',
        )
      : null,
    button('See what membership gives', event.join_url),
  ],
}))
