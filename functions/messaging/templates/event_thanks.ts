import { z } from 'zod'
import { button, gathering, quote, template, words } from './parts.ts'

const data = gathering.extend({
  words: z.string().nullish(),
  from: z.string().nullish(),
  recording_url: z.string().nullish(),
})

/** Thanks after it, and the recording where there is one. */
export const eventThanks = template(data, (event) => ({
  subject: `Thank you for coming: ${event.title}`,
  title: 'Thank you for coming',
  parts: [
    words(`It was good to have you at ${event.title}.`),
    quote(event.words, event.from?.trim() || null),
    event.recording_url ? words('It was recorded, for you and for whoever missed it.') : null,
    button('Watch the recording', event.recording_url),
  ],
}))
