import { z } from 'zod'
import { ProviderError } from '../../_shared/provider_error.ts'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'

const args = z.object({
  member_id: z.uuid(),
  /** One object to look at; without it, her whole folder. */
  path: z.string().optional(),
  /** The erasure that waits for it. */
  erasure_id: z.number().optional(),
})

/** Removes what lies in a member's folder and is not her picture; everything, when the member is gone. */
export const sweepPictures: Handler<JobDeps> = async (job, { sql, pictures, signal }) => {
  const { member_id, path, erasure_id } = args.parse(job.args)
  const removed = new Set<string>()
  for (;;) {
    const strays = await sql<{ name: string }[]>`
      select name from private.stray_pictures(${member_id}::uuid, ${path ?? null}) as name`
    if (strays.length === 0) break
    if (strays.some(({ name }) => removed.has(name))) {
      throw new ProviderError('Storage', 'retry', 'It still has what it says it removed')
    }
    signal.throwIfAborted()
    await pictures.remove(strays.map(({ name }) => name))
    for (const { name } of strays) removed.add(name)
  }
  if (erasure_id !== undefined) {
    await sql`select private.erasure_done(${erasure_id}, 'Pictures removed', private.clock())`
  }
  return { note: removed.size > 0 ? `removed ${removed.size}` : 'nothing left to do' }
}
