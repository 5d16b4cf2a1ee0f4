import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/**
 * The text of a pgTAP file, with each line `-- include: <path>` replaced by the file it names.
 * Paths are relative to the file that says them; `*` takes every match in order of name.
 * Throws when nothing matches, because a test without what it includes would test nothing.
 */
export function readTest(file: string): string {
  return readFileSync(file, 'utf8').replace(/^-- include: (\S+)$/gm, (_line, path: string) => {
    const found = globSync(join(dirname(file), path)).sort()
    if (found.length === 0) throw new Error(`${basename(file)}: nothing matches ${path}`)
    return found.map(readTest).join('\n')
  })
}
