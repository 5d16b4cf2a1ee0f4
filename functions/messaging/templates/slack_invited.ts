import { z } from 'zod'
import { button, template, words } from './parts.ts'

const data = z.object({ url: z.string().nullish() })

/** The way into Slack, for a new member. */
export const slackInvited = template(data, ({ url }) => ({
  subject: 'Your way into our Slack',
  title: 'Come in, there is a seat for you',
  parts: [
    words(
      'Between our gatherings we meet in Slack: questions, half-finished work, good news. It comes with your membership.',
    ),
    words('Please join with the address that this mail came to, so that we know that it is you.'),
    button('Join our Slack', url),
  ],
}))
