import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A line that the child printed: its log, and `test.holds` when a handler has begun. */
export interface Line {
  event: string
  job?: number
  [key: string]: unknown
}

export interface Child {
  /** The job that it holds, and will never finish: it is frozen, and knows nothing of the time that passes. */
  job: number
  /** Stops it as it stands, as a host does that runs out of memory; resolves when it is gone. */
  kill(): Promise<void>
  /** Lets it go on; resolves with everything that it printed, when it has ended by itself. */
  thaw(): Promise<Line[]>
}

const script = fileURLToPath(new URL('killed_worker_process.ts', import.meta.url))

/** Starts a worker in a process of its own, which freezes itself with a job of this kind in hand; resolves then. */
export async function workerThatHangs(url: string, queue: string, kind: string): Promise<Child> {
  const child = spawn(process.execPath, [script, queue, kind], {
    env: { ...process.env, SUPABASE_DB_URL: url },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = once(child, 'close')
  const lines: Line[] = []
  const job = await new Promise<number>((resolve, reject) => {
    gone.then(() => reject(new Error(`The worker ended early: ${JSON.stringify(lines)}`)))
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = JSON.parse(text) as Line
      lines.push(line)
      if (line.event === 'test.holds') resolve(line.job!)
    })
  })
  return {
    job,
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
    async thaw() {
      child.kill('SIGCONT')
      await gone
      return lines
    },
  }
}
