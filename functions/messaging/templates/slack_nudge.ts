import { z } from 'zod'
import { button, template, words } from './parts.ts'

const data = z.object({ url: z.string().nullish(), status: z.string().nullish() })

/**
 * A reminder for a member whom Slack does not have yet, or has as a guest only (`inactive`). Optional: she can stop
 * mails like this.
 */
export const slackNudge = template(data, ({ url, status }) =>
  status === 'inactive'
    ? {
        subject: 'There is more of our Slack for you',
        title: 'You see only a part of our Slack',
        parts: [
          words(
            'You are there as a guest, in some channels. Your membership opens all of them: questions, half-finished work, good news.',
          ),
          words('Answer this mail with a word, and we make your account a full one.'),
          button('See your membership', '/account/'),
        ],
      }
    : {
        subject: 'You are not in our Slack yet',
        title: 'Your seat in our Slack is free',
        parts: [
          words(
            'Between our gatherings we meet in Slack: questions, half-finished work, good news. It comes with your membership, and we have not found you there yet.',
          ),
          words('Your home page shows the link that lets you in. It takes five minutes.'),
          button('Show me the way in', url),
          words(
            'Are you there already, under another address? Sign in here with that address once, or write to us, and we stop asking.',
          ),
        ],
      },
)
