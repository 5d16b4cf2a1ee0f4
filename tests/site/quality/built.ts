import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inject } from 'vitest'
import { runFolder } from '../../../scripts/local/run-folder.ts'

/** Where the pages of this run were built to. */
export const built = join(runFolder(inject('stackName')), 'site')

/** Every page that was built, as its file's name. */
export const builtPages = (): string[] => globSync('**/*.html', { cwd: built }).sort()

/** Whether a built page loads a script. */
export const isRunning = (file: string): boolean =>
  /<script(?![^>]*ld\+json)/.test(readFileSync(join(built, file), 'utf8'))
