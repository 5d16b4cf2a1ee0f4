import { z } from 'zod'
import { header, message, paragraph, small, type Template, ways } from './blocks.ts'
import { aboutEvent, itsPage } from './event.ts'

const theirs = z.object({ words: z.string().min(1), from: z.string().catch('') })

/** What the hosts of an event have to say to its guests, in their words. */
export const eventMessage: Template = (data, { siteUrl }) => {
  const event = aboutEvent.parse(data)
  const { words, from } = theirs.parse(data)
  return message(
    `News about ${event.title}`,
    header(event.title),
    paragraph(words),
    small(
      from ? `From ${from}, for everybody who comes` : 'From the hosts, for everybody who comes',
    ),
    ways(siteUrl, itsPage(event)),
  )
}
