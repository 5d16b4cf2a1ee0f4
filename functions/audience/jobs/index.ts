import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'
import { archiveContact } from './archive_contact.ts'
import { checkBatch } from './check_batch.ts'
import { checkDrift } from './check_drift.ts'
import { forgetContact } from './forget_contact.ts'
import { readBatch } from './read_batch.ts'
import { startWelcome } from './start_welcome.ts'
import { submitBatch } from './submit_batch.ts'
import { syncContact } from './sync_contact.ts'

/** What this room's worker can do, by kind of job. */
export const handlers: Record<string, Handler<JobDeps>> = {
  sync_contact: syncContact,
  start_welcome: startWelcome,
  archive_contact: archiveContact,
  submit_batch: submitBatch,
  check_batch: checkBatch,
  read_batch: readBatch,
  check_drift: checkDrift,
  forget_contact: forgetContact,
}
