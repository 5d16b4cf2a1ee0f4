import { gathering, quote, template, whenAndWhere, words } from './parts.ts'

/** It does not take place, and why: Luma has said so already, without the reason. */
export const eventCanceled = template(gathering, (event) => ({
  subject: `Canceled: ${event.title}`,
  title: 'It will not take place',
  parts: [
    words(`${event.title} had to be canceled. We are sorry: please take it out of your calendar.`),
    quote(event.reason),
    whenAndWhere(event),
  ],
}))
