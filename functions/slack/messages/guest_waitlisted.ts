import { header, message, paragraph, type Template, ways } from './blocks.ts'
import { aboutEvent, because, itsPage, whenAndWhere } from './event.ts'

/** To a guest: all seats are taken, and she is next in line. */
export const guestWaitlisted: Template = (data, { siteUrl }) => {
  const event = aboutEvent.parse(data)
  return message(
    `You are on the waitlist of ${event.title}`,
    header(`On the waitlist: ${event.title}`),
    whenAndWhere(event),
    because(event, 'All seats are taken. You are next in line when one becomes free.'),
    paragraph('You hear from us as soon as a seat is yours.'),
    ways(siteUrl, itsPage(event)),
  )
}
