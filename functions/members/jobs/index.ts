import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'
import { deleteProposed } from './delete_proposed.ts'
import { sweepPictures } from './sweep_pictures.ts'

/** What this room's worker can do, by kind of job. */
export const handlers: Record<string, Handler<JobDeps>> = {
  delete_proposed: deleteProposed,
  sweep_pictures: sweepPictures,
}
