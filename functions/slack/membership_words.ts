import { z } from 'zod'
import { header, message, paragraph, type SlackWords, ways } from './messages/blocks.ts'
import { day, moment } from './messages/words.ts'

const card = z.object({
  known: z.literal(true),
  entitled: z.boolean(),
  membership: z
    .object({
      tier_name: z.string(),
      status: z.string(),
      current_period_end: z.string().nullable(),
      cancel_at_period_end: z.boolean(),
      access_until: z.string(),
    })
    .nullable(),
  notice: z.object({ kind: z.string() }).nullable(),
  event: z
    .object({
      id: z.string(),
      title: z.string(),
      starts_at: z.string(),
      time_zone: z.string(),
      place: z.string(),
      standing: z.string(),
    })
    .nullable(),
})
const found = z.union([
  z.object({ too_fast: z.literal(true) }),
  z.object({ known: z.literal(false) }),
  card,
])

type Card = z.output<typeof card>
type Membership = NonNullable<Card['membership']>

/** Access ends with a day: it is open through the one before that moment. Nothing for an end that nobody knows. */
const through = ({ access_until }: Membership): string =>
  access_until.endsWith('infinity')
    ? ''
    : ` through ${day(new Date(new Date(access_until).getTime() - 1))}`

/** Where a membership stands, in one sentence. */
function standing({ entitled, membership }: Card): string {
  if (!membership) return 'There is no membership under your address yet.'
  const { status, cancel_at_period_end, current_period_end } = membership
  const until = through(membership)
  if (!entitled) {
    if (status === 'paused') return 'Your membership is paused. You can go on whenever you like.'
    if (status === 'unpaid' || status === 'past_due') {
      return 'Your membership is closed, because the last payment did not arrive. It opens again when it does.'
    }
    return until ? `Your membership has ended. It was yours${until}.` : 'Your membership has ended.'
  }
  if (status === 'past_due')
    return `A payment is late. Everything stays open${until} while we try again.`
  if (status === 'canceled' || (until && cancel_at_period_end)) {
    return `You cancelled. Everything stays open${until}, and nothing more is charged.`
  }
  if (until) return `Everything is open${until}.`
  if (!current_period_end) return 'Everything is open.'
  return status === 'trialing'
    ? `Your trial runs until ${day(current_period_end)}. Then it renews.`
    : `Everything is open. It renews on ${day(current_period_end)}.`
}

const going: Record<string, string> = {
  approved: 'You are going to',
  checked_in: 'You are at',
  pending: 'You asked to come to',
  waitlist: 'You are on the waitlist of',
  invited: 'You are invited to',
}

const unknown = (siteUrl: string): SlackWords =>
  message(
    'We do not know you by this account yet.',
    header('We do not know you by this account yet'),
    paragraph(
      'Commons knows people in Slack by the address of their account. If you are a member, sign in on our site, and either add the address that you use in Slack, or change it in Slack to the one that we have (Profile > Account settings > Email address). We look twice a day.',
    ),
    ways(
      siteUrl,
      { label: 'Sign in', to: '/sign-in/' },
      { label: 'Become a member', to: '/join/' },
    ),
  )

/** The answer to /membership: where she stands, until when, what is on next for her, and where to go on. */
export function membershipAnswer(said: unknown, siteUrl: string): SlackWords {
  const known = found.parse(said)
  if ('too_fast' in known) {
    return message('That was a lot of questions. Ask again in a minute.')
  }
  if (!known.known) return unknown(siteUrl)
  const { membership, event, notice, entitled } = known
  const words = standing(known)
  return message(
    words,
    header(membership ? `Your membership: ${membership.tier_name}` : 'Your membership'),
    paragraph(words),
    notice && membership ? paragraph('Something about your last payment needs you.') : undefined,
    event
      ? paragraph(
          `${going[event.standing] ?? 'Next:'} ${event.title}\n${[moment(event.starts_at, event.time_zone), event.place].filter(Boolean).join('\n')}`,
          600,
        )
      : undefined,
    ways(
      siteUrl,
      entitled || (membership && membership.status !== 'canceled')
        ? { label: 'Your membership and receipts', to: '/account/' }
        : { label: membership ? 'Become a member again' : 'Become a member', to: '/join/' },
      event
        ? { label: 'Open the event', to: `/calendar/event/?id=${encodeURIComponent(event.id)}` }
        : { label: 'See what is on', to: '/calendar/' },
    ),
  )
}
