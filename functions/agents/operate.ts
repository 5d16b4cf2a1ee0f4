import { isUnstorable } from '../_shared/body.ts'
import type { ErrorBody } from '../_shared/problems.ts'
import type { Caller } from './caller.ts'
import { type OperationName, operationOf } from './catalogue.ts'
import type { DoorDeps } from './deps.ts'
import { misfit, type Problem } from './misfit.ts'

export interface How {
  idempotencyKey?: string | undefined
  changeSet?: string | undefined
  correlationId: string
  /** What a door found wrong before there were any arguments, such as a body that is not JSON. */
  problem?: Problem | undefined
}

export interface Answered {
  status: number
  body:
    | { data: unknown; as_of: string; next?: string; sandbox?: true }
    | { error: ErrorBody['error'] & { scope?: string } }
  /** Seconds. */
  retryAfter?: number
  /** This is the answer that the same call had before. */
  isReplayed: boolean
}

interface Row {
  status: number
  body: Answered['body']
  key?: string
  retry_after?: number
  is_replayed?: true
  failure?: string
}

/**
 * Runs one operation for a caller, whichever door it came to: one call of the database, which checks the key, the scope,
 * the pace, then what was sent, and does it, all in one transaction. A refusal is an answer; only a database that does
 * not take the call throws.
 */
export async function perform(
  deps: DoorDeps,
  caller: Caller,
  operation: OperationName,
  input: unknown,
  how: How,
): Promise<Answered> {
  const sql = deps.sql()
  const problem = how.problem ?? misfit(operation, input)
  const args = problem ? costOf(operation, input) : input
  const secret = 'secret' in caller ? caller.secret : null
  const claims = 'claims' in caller ? sql.json(caller.claims) : null
  const [row] = await sql<{ answer: Row }[]>`
    select private.gateway_request(${secret}, ${claims}, ${operation}, ${sql.json(args as never)},
      ${problem ? sql.json({ ...problem }) : null}, ${storable(how.idempotencyKey)}, ${storable(how.changeSet)},
      ${caller.client}, ${how.correlationId}, private.clock()) as answer`
  const { status, body, key, retry_after, is_replayed, failure } = row!.answer
  const log = deps.log.child({ correlation_id: how.correlationId, operation, key, status })
  if (failure) log.error('agent.failed', { failure })
  else log.info('agent.answered', is_replayed ? { replayed: true } : {})
  return {
    status,
    body,
    ...(retry_after === undefined ? {} : { retryAfter: retry_after }),
    isReplayed: is_replayed ?? false,
  }
}

/** What cannot be stored is no name of anything: the database refuses the empty one, when it is its turn. */
const storable = (given: string | undefined) =>
  given === undefined ? null : isUnstorable(given) ? '' : given

/** Of arguments that do not fit, what they would have cost: so many rows count for the pace all the same. */
function costOf(operation: OperationName, input: unknown): object {
  const { batch } = operationOf(operation)
  if (!batch || typeof input !== 'object' || input === null) return {}
  const given = (input as Record<string, unknown>)[batch]
  if (Array.isArray(given)) return { [batch]: given.map(() => 0) }
  return typeof given === 'number' ? { [batch]: given } : {}
}
