import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'
import { liftSuppression } from './lift_suppression.ts'
import { sendEmail } from './send_email.ts'

/** What this room's worker can do, by kind of job. */
export const handlers: Record<string, Handler<JobDeps>> = {
  send_email: sendEmail,
  lift_suppression: liftSuppression,
}
