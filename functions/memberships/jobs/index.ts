import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'
import { applyEvent } from './apply_event.ts'
import { carryOutCancel } from './carry_out_cancel.ts'
import { carryOutRefund } from './carry_out_refund.ts'
import { eraseCustomer } from './erase_customer.ts'
import { readLedger } from './read_ledger.ts'
import { reconcile } from './reconcile.ts'
import { refreshCustomer } from './refresh_customer.ts'
import { refreshSubscription } from './refresh_subscription.ts'
import { resolveCharge } from './resolve_charge.ts'
import { resolveCustomer } from './resolve_customer.ts'
import { resume } from './resume.ts'

/** What this room's worker can do, by kind of job. */
export const handlers: Record<string, Handler<JobDeps>> = {
  apply_event: applyEvent,
  refresh_customer: refreshCustomer,
  refresh_subscription: refreshSubscription,
  resolve_customer: resolveCustomer,
  resolve_charge: resolveCharge,
  reconcile,
  erase_customer: eraseCustomer,
  carry_out_refund: carryOutRefund,
  carry_out_cancel: carryOutCancel,
  resume,
  read_ledger: readLedger,
}
