import { header, message, type Template, ways } from './blocks.ts'
import { aboutEvent, because, itsPage } from './event.ts'

/** To a guest: not this time, why, and what she can do. */
export const guestDeclined: Template = (data, { siteUrl }) => {
  const event = aboutEvent.parse(data)
  return message(
    `About your request to come to ${event.title}`,
    header(`Not this time: ${event.title}`),
    because(event, 'The hosts could not say yes to your request.'),
    ways(siteUrl, { label: 'Become a member', to: event.join_url }, itsPage(event)),
  )
}
