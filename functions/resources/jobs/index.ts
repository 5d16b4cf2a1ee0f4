import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'
import { describeVideo } from './describe_video.ts'
import { sweepFiles } from './sweep_files.ts'

/** What this room's worker can do, by kind of job. */
export const handlers: Record<string, Handler<JobDeps>> = {
  describe_video: describeVideo,
  sweep_files: sweepFiles,
}
