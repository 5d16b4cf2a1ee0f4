import { z } from 'zod'
import { beginEffect, dropEffect } from '../../_shared/effect.ts'
import { ProviderError } from '../../_shared/provider_error.ts'
import { surelyRefused } from '../../_shared/providers/slack_errors.ts'
import type { AttemptDeps, Handler, Job } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'
import { findByEmails } from './look_up_people.ts'

const args = z.object({ member_id: z.string() })
const target = z
  .object({
    emails: z.array(z.string()),
    /** Where Slack would send its invitation; null when it is not to. */
    invite_to: z.string().nullable(),
    team_id: z.string().nullable(),
    channels: z.array(z.string()),
  })
  .nullable()

/**
 * Looks for one member who just began or proved an address. Who is not in the workspace is invited where a token may
 * do that, once; everybody else is shown the share link, which SQL sees to.
 */
export const findPerson: Handler<JobDeps> = async (job, deps) => {
  const { member_id } = args.parse(job.args)
  const [row] = await deps.sql<{ target: unknown }[]>`
    select private.slack_person_to_find(${member_id}::uuid) as target`
  const wanted = target.parse(row?.target ?? null)
  if (!wanted) return { note: 'nothing left to do' }

  const person = await findByEmails(deps.slack, wanted.emails)
  const [known] = await deps.sql<{ found: boolean }[]>`
    select private.slack_person_found(${member_id}::uuid, ${person && deps.sql.json(person as never)}) as found`
  if (known?.found) return { note: 'she is there' }
  const { invite_to, team_id, channels } = wanted
  const note =
    invite_to && team_id && deps.slack.canInvite()
      ? await invite(job, deps, member_id, { email: invite_to, team: team_id, channels })
      : 'she is not there'
  await deps.sql`select private.tell_way_into_slack(${member_id}::uuid, ${job.correlationId ?? null})`
  return { note }
}

/**
 * One invitation in her life. After a crash or a time-out nobody knows whether it went out; then it is asked for
 * again, because Slack invites nobody twice, and its refusal to do so is the evidence.
 */
async function invite(
  job: Job,
  { sql, slack, log }: JobDeps & AttemptDeps,
  member: string,
  to: { email: string; team: string; channels: string[] },
): Promise<string> {
  const key = `slack_invite:${member}`
  const effect = await beginEffect(sql, key, job.id, 'slack')
  let note = 'The ledger of effects has it as done'
  if (effect.state !== 'done') {
    try {
      const answer = await slack.inviteToWorkspace(to.email, to.team, to.channels)
      note = answer === 'sent' ? 'Slack sent it' : 'Slack had invited her before'
    } catch (error) {
      if (!(error instanceof ProviderError) || error.kind === 'retry') {
        if (effect.state === 'go' && surelyRefused(error)) {
          await dropEffect(sql, key)
        }
        throw error
      }
      // A plan or a token that does not let us invite: the share link is her way in.
      await dropEffect(sql, key)
      log.warn('slack.not_invited', { member_id: member, reason: error.message })
      note = `Slack did not invite her: ${error.message}`
      await sql`select private.slack_invited(${member}::uuid, ${note}, false)`
      return note
    }
  }
  await sql`
    select jobs.finish_effect(${key}, ${sql.json({ evidence: note })}),
           private.slack_invited(${member}::uuid, ${note}, true, ${job.correlationId ?? null})`
  return note
}
