import { header, message, paragraph, type Template, ways } from './blocks.ts'

/** To a new member, when she is first found in Slack. */
export const slackWelcome: Template = (_data, { siteUrl, name }) => {
  const first = name.trim().split(/\s+/)[0] ?? ''
  const hello = first ? `Welcome, ${first}!` : 'Welcome!'
  return message(
    `${hello} It is good that you are here.`,
    header(hello),
    paragraph(
      'It is good that you are here. Say hello in whichever channel feels right: what you work on, and what you would like to learn.',
    ),
    paragraph(
      'Type /membership here at any time to see how long you are a member, and what is on next.',
    ),
    ways(
      siteUrl,
      { label: 'See what is on', to: '/calendar/' },
      { label: 'Meet members', to: '/directory/' },
      { label: 'Write your profile', to: '/account/profile/' },
    ),
  )
}
