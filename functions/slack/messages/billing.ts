import { header, message, paragraph, type SlackWords, type Surroundings, ways } from './blocks.ts'

/** A message about a payment: what happened, what it means, and the one place where it is put right. */
export const aboutPayment = (
  { siteUrl }: Surroundings,
  { title, words }: { title: string; words: string },
): SlackWords =>
  message(
    title,
    header(title),
    paragraph(words),
    ways(siteUrl, { label: 'Put it right', to: '/account/?mend=card' }),
  )
