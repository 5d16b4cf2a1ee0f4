import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** The command of a running process, or undefined when there is none with that id. */
export function commandOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // A zombie has ended; only its parent has not looked yet.
    if (stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z')) return undefined
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      .replaceAll(/[\0\s]+/g, ' ')
      .trim()
  } catch {
    return undefined
  }
}

/** Is a process with this id running, and is its command the one we expect? */
export function isAlive(pid: number, expected: string): boolean {
  if (!Number.isInteger(pid) || pid <= 1) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  // Where there is no /proc (macOS), the id alone has to do.
  if (process.platform !== 'linux') return true
  return commandOf(pid)?.includes(expected) ?? false
}

/** Waits until a condition holds, looking every 10 ms. Throws the given sentence after `timeout` ms. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  timeout: number,
  sentence: string,
): Promise<void> {
  const end = Date.now() + timeout
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(sentence)
    await sleep(10)
  }
}
