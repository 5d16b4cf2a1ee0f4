import { z } from 'zod'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'

const args = z.object({ resource_id: z.string() })
const wanted = z.object({ vimeo_id: z.string(), vimeo_hash: z.string().nullable() }).nullable()

/**
 * Asks Vimeo once about a video whose address is new: title, length, whether it may play here. Nobody asks
 * again when the page is opened.
 */
export const describeVideo: Handler<JobDeps> = async (job, { sql, vimeo, signal }) => {
  const { resource_id } = args.parse(job.args)
  const [row] = await sql<{ video: unknown }[]>`
    select private.video_to_describe(${resource_id}::uuid) as video`
  const video = wanted.parse(row?.video ?? null)
  if (!video) return { note: 'nothing left to do' }

  const { vimeo_id: id, vimeo_hash: hash } = video
  const told = await vimeo.describe({ id, hash }, signal)
  const [kept] = await sql<{ is_kept: boolean }[]>`
    select private.video_described(${resource_id}::uuid, ${id}, ${hash}, ${told.state}::public.embed_state,
      ${told.title}, ${told.seconds}, private.clock()) as is_kept`
  return { note: kept?.is_kept ? told.state : 'the address changed meanwhile' }
}
