import { z } from 'zod'
import { ProviderError } from '../../_shared/provider_error.ts'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'

const args = z.object({ path: z.string().optional() })

/** How many files one call to Storage takes away. */
const BATCH = 100

/**
 * Takes files out of Storage that no resource names: the one that was replaced, or all that were left lying.
 * Storage is asked, and not its table, because only Storage knows where the bytes are.
 */
export const sweepFiles: Handler<JobDeps> = async (job, { sql, files }) => {
  const { path = null } = args.parse(job.args)
  const removed = new Set<string>()
  for (;;) {
    const unused = await sql<{ name: string }[]>`
      select name from private.unused_resource_files(${path}, private.clock(), ${BATCH}) as name`
    if (unused.length === 0) break
    if (unused.some(({ name }) => removed.has(name)))
      throw new ProviderError('Storage', 'retry', 'What was removed is still listed')
    const paths = unused.map(({ name }) => name)
    await files.remove(paths)
    for (const gone of paths) removed.add(gone)
  }
  return { note: removed.size === 0 ? 'nothing left to do' : `removed ${removed.size}` }
}
