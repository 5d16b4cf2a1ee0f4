import { z } from 'zod'
import { type Began, beginAgain, beginEffect, dropEffect } from '../../_shared/effect.ts'
import { ProviderError } from '../../_shared/provider_error.ts'
import { SlackError, surelyRefused } from '../../_shared/providers/slack_errors.ts'
import type { Sql } from '../../_shared/sql.ts'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'
import type { SlackWords } from '../messages/blocks.ts'
import { messages } from '../messages/index.ts'

const args = z.object({ message_id: z.number() })
const turn = z.union([
  z.object({ wait: z.number() }),
  z.object({ withheld: z.string() }),
  z.object({
    to: z.string(),
    to_person: z.boolean(),
    mark: z.string(),
    template: z.string(),
    data: z.unknown(),
    name: z.string().nullable(),
  }),
])
type Owed = Extract<z.output<typeof turn>, { to: string }>

/** Milliseconds after which a post whose answer got lost is either to be seen at Slack or did not happen. */
const SETTLED = 20_000
/** Milliseconds that Slack's clock may be behind ours. */
const SKEW = 300_000
/** What an admin mends in the settings of a channel. About a person, the same words mean that she cannot be reached. */
const OF_A_CHANNEL = ['channel_not_found', 'not_in_channel', 'is_archived', 'restricted_action']

/**
 * Posts one message. Slack knows no idempotency key, so a post that may have happened is looked for, by the mark
 * that it carries, before it is made again.
 */
export const postMessage: Handler<JobDeps> = async (job, deps) => {
  const { message_id: id } = args.parse(job.args)
  const { sql, now } = deps
  const [row] = await sql<{ turn: unknown }[]>`
    select private.slack_message_to_send(${id}, private.clock()) as turn`
  if (!row?.turn) return { note: 'nothing left to do' }
  const owed = turn.parse(row.turn)
  if ('wait' in owed) {
    throw new ProviderError('Slack', 'retry', 'Its turn comes later', { retryAfter: owed.wait })
  }
  if ('withheld' in owed) return { note: `withheld: ${owed.withheld}` }

  let words: SlackWords
  try {
    words = wordsOf(owed, deps.siteUrl)
  } catch {
    // Not the error's own text: it may quote what somebody wrote.
    await sql`select private.slack_message_failed(${id}, 'Its template cannot be filled in')`
    throw new ProviderError('Slack', 'refused', `The template ${owed.template} cannot be filled in`)
  }

  const key = `slack:${id}`
  const effect = await beginEffect(sql, key, job.id, 'slack')
  if (effect.state === 'done') return { note: 'it had been posted before' }
  if (effect.state === 'ambiguous') {
    // Before the look: however long that takes, what came up behind it was not there to be seen.
    const looked = now()
    const found = await lookFor(owed, effect.began, deps)
    if (found) {
      await record(sql, id, key, found.channel, found.ts)
      return { note: 'it had been posted before' }
    }
    if (looked.getTime() - effect.began.at.getTime() < SETTLED) {
      const why = 'It may have been posted, and is looked for once more'
      throw new ProviderError('Slack', 'retry', why, { retryAfter: SETTLED / 1000 })
    }
    if (!(await beginAgain(sql, key, effect.began))) {
      throw new ProviderError('Slack', 'retry', 'Another worker is at it', { retryAfter: 5 })
    }
  }

  try {
    const { channel, ts } = await deps.slack.post({ channel: owed.to, ...words, key: owed.mark })
    await record(sql, id, key, channel, ts)
    return { note: 'posted' }
  } catch (error) {
    if (surelyRefused(error)) await dropEffect(sql, key)
    return await refused(error, id, owed, sql)
  }
}

function wordsOf({ template, data, name }: Owed, siteUrl: string): SlackWords {
  const fill = messages[template]
  if (!fill) throw new Error(`There is no template ${template}`)
  return fill(data, { siteUrl, name: name ?? '' })
}

async function lookFor(owed: Owed, began: Began, { slack }: JobDeps) {
  const channel = owed.to_person ? await slack.directWith(owed.to) : owed.to
  const ts = await slack.findPost(channel, owed.mark, new Date(began.at.getTime() - SKEW))
  return ts ? { channel, ts } : null
}

async function record(sql: Sql, id: number, key: string, channel: string, ts: string) {
  await sql`
    select jobs.finish_effect(${key}, ${sql.json({ ts })}),
           private.slack_message_sent(${id}, ${channel}, ${ts}, private.clock())`
}

/** What a failed post means: patience for everybody who comes next, a setting to mend, or nothing more to do. */
async function refused(error: unknown, id: number, owed: Owed, sql: Sql) {
  if (error instanceof SlackError && error.kind === 'retry' && error.retryAfter !== undefined) {
    // 429 counts the calls of the method. 200 with rate_limited is about this one channel.
    const everybody = error.code !== 'rate_limited'
    await sql`select private.slack_posting_held_back(${owed.to}, ${error.retryAfter}, ${everybody}, private.clock())`
  }
  if (error instanceof SlackError && error.kind === 'refused') {
    const said = error.code ?? error.message
    if (!owed.to_person && OF_A_CHANNEL.includes(said)) {
      const remedy = `${said}: bring the app into this channel, or set another one in private.slack_channels`
      throw new ProviderError('Slack', 'misconfigured', remedy, { cause: error })
    }
    if (said.startsWith('messages_tab')) {
      const remedy = `${said}: switch the messages tab of the app on, under App Home`
      throw new ProviderError('Slack', 'misconfigured', remedy, { cause: error })
    }
    await sql`select private.slack_message_failed(${id}, ${`Slack said ${said}`})`
    // She cannot be reached, and nobody can mend that. A message that Slack will not take is a mistake of ours.
    if (owed.to_person && /^(user_|channel_not_found|cannot_dm|restricted)/.test(said)) {
      return { note: `not posted: ${said}` }
    }
  }
  throw error
}
