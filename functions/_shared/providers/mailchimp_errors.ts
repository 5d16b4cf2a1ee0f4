import { z } from 'zod'
import { ProviderError, type ProviderErrorKind, parseRetryAfter } from '../provider_error.ts'

/** A ProviderError of Mailchimp. `title` is what tells its errors apart; the rest may hold the address. */
export class MailchimpError extends ProviderError {
  readonly title: string
  readonly status: number

  constructor(
    kind: ProviderErrorKind,
    status: number,
    title: string,
    cause: unknown,
    more: { retryAfter?: number | undefined; field?: string | undefined } = {},
  ) {
    const { retryAfter, field } = more
    super('Mailchimp', kind, `${status} ${title}${field ? `: ${field}` : ''}`, {
      cause,
      retryAfter,
    })
    this.title = title
    this.status = status
  }
}

/** A contact that Mailchimp will not take as things are: not to be tried again until the member acts. */
export interface PermanentRefusal {
  reason: string
  /** What the member must do herself. */
  remedy: string
}

/** She wants mail again after she left, or after her mail came back. */
export const complianceRefusal: PermanentRefusal = {
  reason:
    'Mailchimp keeps this address off the list, because she unsubscribed or her mail came back',
  remedy: 'She signs up again herself with Mailchimp’s own form; nobody can do it for her.',
}

const refusals: Record<string, PermanentRefusal> = {
  'Member In Compliance State': complianceRefusal,
  'Forgotten Email Not Subscribed': {
    reason: 'This address was deleted from Mailchimp for good',
    remedy: 'She signs up again herself with Mailchimp’s own form; nobody can do it for her.',
  },
  'Invalid Resource': {
    reason: 'Mailchimp takes this address for one that does not exist',
    remedy: 'She checks the spelling of her address, or gives another one, on her account page.',
  },
}

/** What makes an error permanent for this contact, with its remedy; undefined for every other error. */
export function permanentRefusal(error: unknown): PermanentRefusal | undefined {
  if (!(error instanceof MailchimpError)) return undefined
  // The general title of everything that fails its checks: a name that is too long as well.
  if (error.title === 'Invalid Resource' && !isAboutAddress(error)) return undefined
  return refusals[error.title]
}

/** Whether Mailchimp says that the contact has entered the journey before (it lets nobody in twice). */
export function isInJourneyAlready(error: unknown): boolean {
  if (!(error instanceof MailchimpError) || error.kind !== 'refused') return false
  if (/already|in journey/i.test(error.title)) return true
  // The wording is not documented, and the title may be the general one.
  const words = detailOf(error)
  return (
    /already|before/i.test(words) &&
    /journey|flow|automation/i.test(words) &&
    !/unsubscribed|not subscribed/i.test(words)
  )
}

const problem = z.object({
  title: z.string(),
  detail: z.string().catch(''),
  errors: z.array(z.object({ field: z.string().catch('') })).catch([]),
})

const answerOf = ({ cause }: MailchimpError) =>
  problem.safeParse((cause as SuperagentError | null)?.response?.body).data

/** The words of the answer without addresses, so that none of them counts as a word. To look at, never to write down. */
const detailOf = (error: MailchimpError) =>
  (answerOf(error)?.detail ?? '').replaceAll(/\S*@\S*/g, '')

/** Names of fields as we may write them down: nothing that somebody typed in. */
const fieldsOf = (errors: { field: string }[]) =>
  errors.map(({ field }) => field).filter((field) => /^[\w .-]{1,60}$/.test(field))

function isAboutAddress(error: MailchimpError): boolean {
  const fields = fieldsOf(answerOf(error)?.errors ?? [])
  return fields.length > 0 ? fields.includes('email_address') : /email/i.test(detailOf(error))
}

/** The SDK speaks superagent: `status` and `response` when there was an answer, `timeout` or `code` when not. */
interface SuperagentError {
  status?: number
  response?: { body?: unknown; headers?: Record<string, string | undefined> }
}

/** What went wrong at Mailchimp, as one ProviderError. */
export function mailchimpFailure(error: unknown): unknown {
  if (error instanceof ProviderError) return error
  if (error instanceof z.ZodError) {
    return new ProviderError('Mailchimp', 'retry', 'An answer of an unknown shape', {
      cause: error,
    })
  }
  // A setting of ours is missing: no failure of theirs.
  if (error instanceof Error && error.name === 'MissingSetting') {
    return new ProviderError('Mailchimp', 'misconfigured', error.message, { cause: error })
  }
  const { status, response } = error as SuperagentError
  if (status === undefined || status < 400) {
    return new ProviderError('Mailchimp', 'retry', 'No usable answer', { cause: error })
  }
  const body = problem.safeParse(response?.body)
  const explained = body.success
  return new MailchimpError(
    kindOf(status, explained),
    status,
    explained ? body.data.title : 'no title',
    error,
    {
      retryAfter: pauseOf(status, explained, response?.headers ?? {}),
      field: fieldsOf(body.data?.errors ?? []).join(', '),
    },
  )
}

/** Under very high load it answers 429, or with a bare 403. */
const isCrowded = (status: number, explained: boolean) =>
  status === 429 || (status === 403 && !explained)

function kindOf(status: number, explained: boolean): ProviderErrorKind {
  if (isCrowded(status, explained) || status >= 500) return 'retry'
  if (status === 401 || status === 403) return 'misconfigured'
  return 'refused'
}

/** Seconds to wait when it is crowded there and Mailchimp does not say how long: it documents no such header. */
const CROWDED_SECONDS = 30

/** When to ask again, in seconds. Being one of too many is no failure of the job, so it never lacks a pause. */
function pauseOf(
  status: number,
  explained: boolean,
  headers: Record<string, string | undefined>,
): number | undefined {
  // A date counts from the moment of the answer, by the clock of whoever wrote both.
  const said = parseRetryAfter(headers['retry-after'], new Date(headers.date ?? Number.NaN))
  if (said !== undefined && Number.isFinite(said)) return said
  return isCrowded(status, explained) ? CROWDED_SECONDS : undefined
}
