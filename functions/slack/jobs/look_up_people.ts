import { z } from 'zod'
import { ProviderError } from '../../_shared/provider_error.ts'
import type { SlackClient, SlackPerson } from '../../_shared/providers/slack.ts'
import { isSaid } from '../../_shared/providers/slack_errors.ts'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'

const args = z.object({ run_id: z.number() })
const due = z.array(z.object({ member_id: z.string(), emails: z.array(z.string()) })).nullable()

/** So many failures before a first answer mean that Slack is down, and not that something is wrong with these people. */
const DOWN = 3
/** Milliseconds after which a job leaves the rest to the next one, well before its lease ends. */
const SLICE_MS = 15_000

/** From this attempt on a failure is somebody's own all the same: a run must end. */
const PATIENCE = 4

/** Asks by address for members whom the walk did not meet. That Slack knows nobody by it is an answer. */
export const lookUpPeople: Handler<JobDeps> = async (job, { sql, slack, now }) => {
  const { run_id } = args.parse(job.args)
  const [row] = await sql<{ people: unknown }[]>`
    select private.slack_lookups_due(${run_id}) as people`
  const people = due.parse(row?.people ?? null)
  if (!people) return { note: 'nothing left to do' }

  const failures: { member: string; error: ProviderError }[] = []
  let answers = 0
  const until = now().getTime() + SLICE_MS
  for (const { member_id, emails } of people) {
    if (answers + failures.length > 0 && now().getTime() > until) break
    try {
      const person = await findByEmails(slack, emails)
      await sql`
        select private.slack_looked_up(${run_id}, ${member_id}::uuid, ${person && sql.json(person as never)})`
      answers += 1
    } catch (error) {
      if (!isHers(error)) throw error
      failures.push({ member: member_id, error })
      if (answers === 0 && failures.length === DOWN && job.attempt < PATIENCE) throw error
    }
  }
  for (const { member, error } of failures) {
    await sql`select private.slack_lookup_failed(${run_id}, ${member}::uuid, ${error.message})`
  }
  const [end] = await sql<{ state: string | null }[]>`
    select private.continue_slack_lookups(${run_id}) as state`
  return { note: `${answers} answers, ${failures.length} failures, ${end?.state ?? 'ended'}` }
}

/** The account that has one of these addresses, asked in this order. */
export async function findByEmails(
  slack: SlackClient,
  emails: string[],
): Promise<SlackPerson | null> {
  for (const email of emails) {
    const person = await slack.personByEmail(email)
    if (person) return person
  }
  return null
}

/** A failure of this one look-up. Too many questions, or a token that may not ask, concern everybody. */
const isHers = (error: unknown): error is ProviderError =>
  error instanceof ProviderError &&
  error.kind !== 'misconfigured' &&
  !isSaid(error, 'ratelimited', 'rate_limited')
