import { day } from '../../lib/words.ts'
import type { Channel, Consent, Consents } from './data.ts'

const sources: Record<string, string> = {
  'The member, on the site': 'by you, on this page',
  'The button of a mail program': 'by you, in one of our mails',
  'The page of a link in a mail': 'by you, in one of our mails',
  'A complaint about a mail': 'by you, when you called a mail of ours spam',
  'Mailchimp: unsubscribe': 'by you, in one of our mails',
  'Mailchimp: unsubscribed when asked': 'by you, in one of our mails',
  'Mailchimp: cleaned': 'by Mailchimp, because our mails came back',
  'Mailchimp: cleaned when asked': 'by Mailchimp, because our mails came back',
  'Mailchimp: daily check': 'at Mailchimp, as we found when we compared',
}

/** One answer in words, with its date and where it was given. */
export function told({ granted, at, source }: Consent): string {
  const where = sources[source] ?? source.charAt(0).toLowerCase() + source.slice(1)
  return `${granted ? 'Yes' : 'No'}, on ${day(at)}, ${where}`
}

/** What holds while she has given no answer. */
export const unsaid: Record<Channel, string> = {
  email: 'You have not said. As long as you are a member we write to you, until you say no.',
  slack: 'You have not said, so we do not.',
  whatsapp: 'You have not said, so we do not.',
}

/** Whether a channel is on: her newest answer, or what holds while there is none. */
export const isOn = (channel: Channel, history: Consent[]): boolean =>
  history[0]?.granted ?? channel === 'email'

const blocked =
  'You unsubscribed in one of our mails, or they came back, so Mailchimp keeps you off the list. Only you can put yourself back on it: sign up again with the form at the foot of any mail of ours. Write to us if you have none.'
const misspelt =
  'Mailchimp takes your address for one that does not exist. Check its spelling, or sign in with another one.'

/** What our mail service says, where it differs from what she wants or says something that she should know. */
export function mailchimpSays({ mailchimp, channels, email }: Consents): {
  text: string
  isBlocked: boolean
} {
  const history = channels.find(({ channel }) => channel === 'email')?.history ?? []
  const wants = isOn('email', history)
  const plain = (text: string) => ({ text, isBlocked: false })
  if (!mailchimp || mailchimp.state === 'new')
    return plain('Our newsletter is sent by Mailchimp. It hears of you when you become a member.')
  if (!wants) return plain('Mailchimp, which sends our newsletter, has you as not subscribed.')
  if (mailchimp.state === 'parked' && mailchimp.remedy?.includes('spelling'))
    return { text: misspelt, isBlocked: true }
  if (['unsubscribed', 'cleaned', 'parked', 'archived'].includes(mailchimp.state))
    return { text: blocked, isBlocked: true }
  return plain(`Mailchimp, which sends our newsletter, writes to ${mailchimp.email ?? email}.`)
}
