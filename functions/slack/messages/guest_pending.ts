import { header, message, type Template, ways } from './blocks.ts'
import { aboutEvent, because, itsPage, whenAndWhere } from './event.ts'

/** To a guest: her request waits, for the hosts or for herself. */
export const guestPending: Template = (data, { siteUrl }) => {
  const event = aboutEvent.parse(data)
  return message(
    `Your request to come to ${event.title} is being looked at`,
    header(`We have your request: ${event.title}`),
    whenAndWhere(event),
    because(event, 'The hosts look at it. You hear from us when they have decided.'),
    ways(siteUrl, { label: 'Go on', to: event.join_url }, itsPage(event)),
  )
}
