import { execFileSync } from 'node:child_process'
import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '../..')

/** Every file of the project: what git tracks, and what it would track if it were added now. */
export const projectFiles: string[] = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard'],
  { cwd: root, encoding: 'utf8' },
)
  .split('\n')
  .filter((file) => file !== '' && lstatSync(join(root, file), { throwIfNoEntry: false })?.isFile())

export const read = (file: string): string => readFileSync(join(root, file), 'utf8')

/** The project's files whose path matches. */
export const filesLike = (path: RegExp): string[] => projectFiles.filter((file) => path.test(file))

/** `file:line` of each line that the rule objects to. */
export function offences(files: string[], objects: (line: string) => boolean): string[] {
  return files.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, index) => (objects(line) ? [`${file}:${index + 1} ${line.trim()}`] : [])),
  )
}
