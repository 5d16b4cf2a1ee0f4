import { header, message, paragraph, type Template, ways } from './blocks.ts'
import { aboutEvent, because, itsPage, whenAndWhere } from './event.ts'

/** To a guest: you are in. */
export const guestApproved: Template = (data, { siteUrl }) => {
  const event = aboutEvent.parse(data)
  return message(
    `You are in: ${event.title}`,
    header(`You are in: ${event.title}`),
    whenAndWhere(event),
    because(event),
    paragraph(
      'If you cannot come after all, say so on its page: somebody else will be glad of the seat.',
    ),
    ways(siteUrl, itsPage(event)),
  )
}
