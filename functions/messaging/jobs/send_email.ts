import { z } from 'zod'
import { community } from '../../_shared/community.ts'
import { scrub } from '../../_shared/log.ts'
import { ProviderError } from '../../_shared/provider_error.ts'
import { ResendError, surelyNotSent } from '../../_shared/providers/resend_errors.ts'
import type { Sql } from '../../_shared/sql.ts'
import type { AttemptDeps, Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'
import { render } from '../templates/index.ts'

const args = z.object({ email_id: z.number() })

const told = z.union([
  z.object({ withheld: z.string() }),
  z.object({
    to: z.string(),
    key: z.string(),
    template: z.string(),
    data: z.record(z.string(), z.unknown()),
    name: z.string().nullable(),
    /** When an earlier call was begun whose answer we never had. */
    begun_at: z.coerce.date().nullable(),
    /** The word in the link that stops mails of this kind; only in those that one may stop. */
    unsubscribe: z.string().optional(),
  }),
])
type Owed = Exclude<z.output<typeof told>, { withheld: string }>

/** Resend remembers a key for 24 hours. An hour less, because our clocks differ and a call takes its time. */
const REMEMBERED_MS = 23 * 3_600_000

type Deps = JobDeps & AttemptDeps

/**
 * Sends one mail, once. The key makes a second call harmless for a day; what was begun before that is looked up,
 * and said to be unclear rather than sent twice.
 */
export const sendEmail: Handler<JobDeps> = async (job, deps) => {
  const { email_id: id } = args.parse(job.args)
  const owed = await begin(deps.sql, id)
  if (owed === null) return { note: 'nothing left to do' }
  if ('withheld' in owed) return { note: `withheld: ${owed.withheld}` }

  const mail = await compose(id, owed, deps)
  if (mail === null) return { note: 'failed: it cannot be written' }
  const isFirst = owed.begun_at === null
  if (owed.begun_at && (await nowOf(deps.sql)) - owed.begun_at.getTime() > REMEMBERED_MS) {
    const note = await settleOld(deps, id, mail, owed.begun_at)
    if (note) return { note }
    await begin(deps.sql, id)
  }

  await deps.wait(await turn(deps.sql))
  try {
    const number = await deps.resend.send(mail, owed.key, deps.signal)
    await deps.sql`select private.email_sent(${id}, ${number}, private.clock())`
    return { note: isFirst ? 'sent' : 'sent, or had been before' }
  } catch (error) {
    return await failed(deps.sql, id, error, isFirst)
  }
}

async function begin(sql: Sql, id: number) {
  const [row] = await sql<{ told: unknown }[]>`
    select private.begin_email(${id}, private.clock()) as told`
  return row?.told ? told.parse(row.told) : null
}

async function nowOf(sql: Sql): Promise<number> {
  const [row] = await sql<{ now: Date }[]>`select private.clock() as now`
  return row!.now.getTime()
}

async function turn(sql: Sql): Promise<number> {
  const [row] = await sql<{ seconds: number }[]>`
    select private.email_turn(private.clock()) as seconds`
  return row!.seconds
}

/** Writes the mail. Null, and the mail has failed, when its data do not fit its template: no later attempt would. */
async function compose(id: number, owed: Owed, { sql, siteUrl, doorsUrl }: Deps) {
  const { to, template, data, name, unsubscribe } = owed
  const stop = unsubscribe ? new URL(`/unsubscribe/#${unsubscribe}`, siteUrl).href : null
  const headers: Record<string, string> = unsubscribe
    ? {
        'List-Unsubscribe': `<${doorsUrl}/unsubscribe/${unsubscribe}>`,
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      }
    : {}
  try {
    const mail = render(template, data, { siteUrl, name, stop })
    return { ...mail, to, replyTo: community.contact, headers, tag: String(id) }
  } catch (error) {
    const reason = `It cannot be written: ${error instanceof Error ? scrub(error.message) : 'no reason given'}`
    await sql`
      select private.settle_email(${id}, ${owed.begun_at ? 'unclear' : 'failed'}::private.email_state, ${reason}, private.clock())`
    return null
  }
}

/** What became of a mail that was begun so long ago that Resend has forgotten its key. Null: it is to be sent. */
async function settleOld(
  { sql, resend, signal }: Deps,
  id: number,
  mail: { to: string; subject: string },
  begun: Date,
): Promise<string | null> {
  const unclear = async (why: string) => {
    const reason = `The answer to the call was lost, and ${why}. Look at Resend whether it went out`
    await sql`select private.settle_email(${id}, 'unclear', ${reason}, private.clock())`
    return reason
  }
  try {
    // Their clock may be behind ours.
    const since = new Date(begun.getTime() - 60_000)
    const looked = await resend.find({ ...mail, since }, signal)
    const found = await unclaimed(sql, looked.ids)
    if (found) {
      await sql`select private.email_sent(${id}, ${found}, ${begun})`
      return 'it had been sent before'
    }
    if (!looked.isWhole) return await unclear('too many mails went out since to find it')
    await sql`select private.email_not_begun(${id})`
    return null
  } catch (error) {
    if (!(error instanceof ProviderError) || error.kind === 'retry') throw error
    return await unclear('our key may not look it up')
  }
}

/** The first of these mails at Resend that is no other mail of ours: two may share address and subject. */
async function unclaimed(sql: Sql, ids: string[]): Promise<string | undefined> {
  const [row] = await sql<{ number: string }[]>`
    select number from unnest(${ids}::text[]) with ordinality as known (number, place)
     where not exists (select from private.emails e where e.provider_id = number)
     order by place limit 1`
  return row?.number
}

/** Records what a failed call means for the mail. Rethrows what a later attempt, or a person, can mend. */
async function failed(sql: Sql, id: number, error: unknown, isFirst: boolean) {
  const code = error instanceof ResendError ? error.code : undefined
  if (code === 'invalid_idempotent_request' && !isFirst) {
    const reason = 'An earlier call reached Resend with other words, and its answer was lost'
    await sql`select private.settle_email(${id}, 'unclear', ${reason}, private.clock())`
    return { note: reason }
  }
  // An earlier call may have sent it, whatever is said of this one.
  if (isFirst && surelyNotSent(error)) await sql`select private.email_not_begun(${id})`
  if (!(error instanceof ResendError) || error.kind !== 'refused') throw error
  const state = isFirst ? 'failed' : 'unclear'
  await sql`
    select private.settle_email(${id}, ${state}::private.email_state, ${`Resend: ${error.message}`}, private.clock())`
  return { note: `${state}: ${error.message}` }
}
