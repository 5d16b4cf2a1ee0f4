import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { commandOf } from './processes.ts'

interface Owner {
  pid: number
  command: string
}

function readOwner(file: string): Owner | undefined {
  try {
    const [pid, ...command] = readFileSync(file, 'utf8').split(' ')
    return { pid: Number(pid), command: command.join(' ') }
  } catch {
    return undefined
  }
}

/** Ids are used again, so the command has to be the same too. */
const lives = ({ pid, command }: Owner) => {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return process.platform !== 'linux' || commandOf(pid) === command
}

/**
 * Takes a run folder for this process, so that a second start cannot pull the database from under
 * the first. Returns what gives it back. Throws one sentence that names the process that has it;
 * what a killed process left is taken over.
 */
export function takeFolder(folder: string, name: string): () => void {
  const file = join(folder, 'owner')
  for (;;) {
    try {
      const lock = openSync(file, 'wx')
      writeSync(lock, `${process.pid} ${commandOf(process.pid) ?? ''}`)
      closeSync(lock)
      return () => rmSync(file, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const owner = readOwner(file)
    if (owner && lives(owner)) {
      throw new Error(
        `The stack "${name}" runs already, in process ${owner.pid} (${owner.command.slice(0, 120)}). Stop it first.`,
      )
    }
    rmSync(file, { force: true })
  }
}
