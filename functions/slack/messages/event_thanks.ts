import { z } from 'zod'
import { header, message, paragraph, small, type Template, ways } from './blocks.ts'
import { aboutEvent } from './event.ts'

const theirs = z.object({
  words: z.string().catch(''),
  from: z.string().catch(''),
  recording_url: z.string().nullish().catch(null),
})

/** To who came: thanks, and the recording where there is one. */
export const eventThanks: Template = (data, { siteUrl }) => {
  const event = aboutEvent.parse(data)
  const { words, from, recording_url } = theirs.parse(data)
  return message(
    `Thank you for coming to ${event.title}`,
    header(`Thank you for coming: ${event.title}`),
    paragraph(words || 'It was good to have you there.'),
    small(from ? `From ${from}` : ''),
    ways(siteUrl, { label: 'Watch the recording', to: recording_url }),
  )
}
