import { z } from 'zod'
import { ProviderError, type ProviderErrorKind } from '../provider_error.ts'

/** A ProviderError of Mailchimp. `title` is what tells its errors apart; the rest may hold the address. */
export class MailchimpError extends ProviderError {
  readonly title: string
  readonly status: number

  constructor(kind: ProviderErrorKind, status: number, title: string, cause: unknown) {
    super('Mailchimp', kind, `${status} ${title}`, { cause })
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

const refusals: Record<string, PermanentRefusal> = {
  'Member In Compliance State': {
    reason:
      'Mailchimp keeps this address off the list, because she unsubscribed or her mail came back',
    remedy: 'She signs up again herself with Mailchimp’s own form; nobody can do it for her.',
  },
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
  return error instanceof MailchimpError ? refusals[error.title] : undefined
}

/** Whether Mailchimp says that the contact has entered the journey before (it lets nobody in twice). */
export function isInJourneyAlready(error: unknown): boolean {
  return error instanceof MailchimpError && /already|in journey/i.test(error.title)
}

const problem = z.object({ title: z.string() })

/** The SDK speaks superagent: `status` and `response.body` when there was an answer, `timeout` or `code` when not. */
interface SuperagentError {
  status?: number
  response?: { body?: unknown }
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
  const title = body.success ? body.data.title : 'no title'
  return new MailchimpError(kindOf(status, body.success), status, title, error)
}

function kindOf(status: number, explained: boolean): ProviderErrorKind {
  // Under very high load it answers with a bare 403.
  if (status === 429 || status >= 500 || (status === 403 && !explained)) return 'retry'
  if (status === 401 || status === 403) return 'misconfigured'
  return 'refused'
}
