import { z } from 'zod'
import { ProviderError } from '../../_shared/provider_error.ts'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'
import type { SlackWords } from '../messages/blocks.ts'
import { messages } from '../messages/index.ts'

const args = z.object({ message_id: z.number() })
const standing = z
  .object({
    channel: z.string(),
    ts: z.string(),
    mark: z.string(),
    template: z.string(),
    data: z.unknown(),
  })
  .nullable()

/** As often as a message is written anew in one go, because its matter moved on meanwhile. */
const ROUNDS = 3

/**
 * Brings a message in Slack up to date. What it says is read anew until it stands there as it is: of two at work at
 * once, the later one may have read the older state.
 */
export const updateMessage: Handler<JobDeps> = async (job, { sql, slack, siteUrl }) => {
  const { message_id: id } = args.parse(job.args)
  let said = ''
  for (let round = 0; round <= ROUNDS; round += 1) {
    const [row] = await sql<{ standing: unknown }[]>`
      select private.slack_message_to_update(${id}, private.clock()) as standing`
    const found = standing.parse(row?.standing ?? null)
    if (!found) return { note: 'nothing to bring up to date' }
    const now = JSON.stringify(found.data)
    if (now === said) return { note: 'up to date' }
    const { channel, ts, mark: key } = found
    const stands = await slack.update({ channel, ts, key, ...wordsOf(found, siteUrl) })
    if (!stands) return { note: 'it was taken away in Slack' }
    said = now
  }
  throw new ProviderError('Slack', 'retry', 'It moved on while it was written', { retryAfter: 5 })
}

function wordsOf(
  { template, data }: { template: string; data: unknown },
  siteUrl: string,
): SlackWords {
  const fill = messages[template]
  try {
    if (fill) return fill(data, { siteUrl, name: '' })
  } catch {
    // Not the error's own text: it may quote what somebody wrote.
  }
  throw new ProviderError('Slack', 'refused', `The template ${template} cannot be filled in`)
}
