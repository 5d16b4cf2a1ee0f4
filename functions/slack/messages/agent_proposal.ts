import { z } from 'zod'
import { header, message, paragraph, small, type Template, ways } from './blocks.ts'
import { line, MOST, moment, onOneLine } from './words.ts'

const proposal = z.object({
  proposal: z.uuid(),
  mark: z.uuid(),
  asks_for: z.string(),
  is_sandbox: z.boolean(),
  agent: z.string(),
  member: z.string().nullable(),
  known_by: z.string().nullable(),
  would: z.array(z.string()),
  reason: z.string(),
  why_waiting: z.string().nullable(),
  expires_at: z.string(),
  waits: z.boolean(),
  words: z.string(),
  decision_reason: z.string().nullable(),
})

/** What the two buttons are called where Slack tells that one was pressed. */
export const APPROVE = 'proposal_approve'
export const DECLINE = 'proposal_decline'

/** Characters that each part takes at most, so that all of it fits into a message. */
const ROOM = { line: 300, would: 1500, reason: 700, why: 400, outcome: 700 }
const PAGE = '/admin/proposals/'

/** To admins: what an agent asks for, with buttons while it waits, and with what became of it afterwards. */
export const agentProposal: Template = (data, { siteUrl }) => {
  const asked = proposal.parse(data)
  const title = `${asked.is_sandbox ? 'Practice: ' : ''}${asked.asks_for}`
  const end = moment(asked.expires_at, 'UTC')
  const until = end && `Decide before ${end}; then it expires.`
  return message(
    asked.waits ? `agent:${asked.agent} asks: ${title}` : `${title}: ${asked.words}`,
    header(title),
    // A line of its own, which no name can write.
    small(onOneLine(asked.member ? `For ${asked.member}` : ''), ROOM.line),
    small(
      asked.known_by ? `${asked.known_by[0]?.toUpperCase()}${asked.known_by.slice(1)}.` : '',
      ROOM.line,
    ),
    small(`Asked for by agent:${asked.agent}`, ROOM.line),
    paragraph(asked.would.join('\n'), ROOM.would),
    paragraph(`Why, in the agent's own words:\n“${onOneLine(asked.reason)}”`, ROOM.reason),
    asked.waits
      ? small(
          [asked.why_waiting && `${asked.why_waiting}.`, until].filter(Boolean).join(' '),
          ROOM.why,
        )
      : paragraph(
          [`${asked.words}.`, asked.decision_reason && `“${onOneLine(asked.decision_reason)}”`]
            .filter(Boolean)
            .join('\n'),
          ROOM.outcome,
        ),
    asked.waits ? decide(title, `${asked.proposal}.${asked.mark}`, siteUrl) : undefined,
    asked.waits ? undefined : ways(siteUrl, { label: 'All proposals', to: PAGE }),
  )
}

const words = (text: string, most: number) => ({
  type: 'plain_text',
  text: line(text, most),
  emoji: false,
})

/** Two buttons that ask once more, and the way to the site. The value says which proposal, and which message of ours. */
function decide(title: string, value: string, siteUrl: string) {
  const button = (
    action_id: string,
    label: string,
    style: string,
    ask: { title: string; text: string; deny: string },
  ) => ({
    type: 'button',
    action_id,
    text: words(label, MOST.button),
    style,
    value,
    confirm: {
      title: words(ask.title, 100),
      text: words(ask.text, 300),
      confirm: words(label, 30),
      deny: words(ask.deny, 30),
      style,
    },
  })
  const site = ways(siteUrl, { label: 'Open on the site', to: PAGE }) as
    | { elements: object[] }
    | undefined
  return {
    type: 'actions',
    elements: [
      button(APPROVE, 'Approve', 'primary', {
        title: `${title}?`,
        text: 'It is carried out at once, exactly as it stands here.',
        deny: 'Not yet',
      }),
      button(DECLINE, 'Decline', 'danger', {
        title: 'Decline it?',
        text: 'Nothing happens. To tell the agent why, decline it on the site.',
        deny: 'Not yet',
      }),
      ...(site?.elements ?? []),
    ],
  }
}
