import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'
import { sweepPictures } from './sweep_pictures.ts'

/** What this room's worker can do, by kind of job. */
export const handlers: Record<string, Handler<JobDeps>> = {
  sweep_pictures: sweepPictures,
}
