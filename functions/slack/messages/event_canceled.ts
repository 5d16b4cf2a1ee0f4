import { header, message, type Template, ways } from './blocks.ts'
import { aboutEvent, because, whenAndWhere } from './event.ts'

/** To a guest: the event does not take place. */
export const eventCanceled: Template = (data, { siteUrl }) => {
  const event = aboutEvent.parse(data)
  return message(
    `${event.title} does not take place`,
    header(`Canceled: ${event.title}`),
    whenAndWhere(event),
    because(event),
    ways(siteUrl, { label: 'See what else is on', to: '/calendar/' }),
  )
}
