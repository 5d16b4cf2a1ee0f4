import { createHash } from 'node:crypto'
import { mkdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's root folder. */
export const repository = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** May a user without any rights of its own walk down to this folder? */
function isTraversable(folder: string): boolean {
  for (let at = folder; at !== dirname(at); at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false
  }
  return true
}

/**
 * The folder that holds everything one stack writes: `.run/<name>`.
 * As root, Postgres runs as another user; if that user cannot walk down to the repository,
 * a folder of the same purpose beneath the system's temporary folder is taken instead.
 */
export function runFolder(name: string): string {
  const inRepository = join(repository, '.run', name)
  if (process.getuid?.() !== 0 || isTraversable(repository)) {
    mkdirSync(inRepository, { recursive: true })
    return inRepository
  }
  const mark = createHash('sha256').update(repository).digest('hex').slice(0, 8)
  const elsewhere = join(tmpdir(), `commons-${mark}`, name)
  mkdirSync(elsewhere, { recursive: true, mode: 0o755 })
  return elsewhere
}
