import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import { buildRuntimeTree, findInstallation } from './extensions.ts'
import { isAlive, waitUntil } from './processes.ts'

export interface ClusterOptions {
  /** Holds the data, the runtime tree and the log. */
  folder: string
  port: number
}

export interface Cluster {
  pid: number
  port: number
  /** True when the data directory was made by this start. */
  fresh: boolean
  /** A connection string for the given role, without a password (trust). */
  url(role: string): string
  /** Stops Postgres and waits until it is gone. */
  stop(): Promise<void>
}

/** As root, Postgres must run as somebody else; else it runs as ourselves. */
function postgresUser(): { uid: number; gid: number } | Record<string, never> {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

// Durability is switched off: what a local stack holds can be made again.
const settings = (port: number) => [
  `port=${port}`,
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'shared_preload_libraries=pg_cron',
  'cron.database_name=postgres',
  'cron.use_background_workers=on',
  'cron.timezone=UTC',
  'max_worker_processes=20',
  'max_connections=150',
  'timezone=UTC',
  'log_timezone=UTC',
  'wal_level=logical',
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
]

/** The postmaster that a data directory's lock file names, if it is alive. */
export function runningPostmaster(data: string): { pid: number; ready: boolean } | undefined {
  const file = join(data, 'postmaster.pid')
  if (!existsSync(file)) return undefined
  const lines = readFileSync(file, 'utf8').split('\n')
  const pid = Number(lines[0])
  // The id may be another's by now: only one that serves this folder counts.
  if (!isAlive(pid, data)) return undefined
  return { pid, ready: lines[7]?.trim() === 'ready' }
}

/** Stops a postmaster fast (open sessions are ended) and waits until it is gone. */
export async function stopPostmaster(pid: number): Promise<void> {
  if (!isAlive(pid, 'postgres')) return
  process.kill(pid, 'SIGINT')
  await waitUntil(() => !isAlive(pid, 'postgres'), 60_000, 'Postgres did not stop')
}

/**
 * Stops the postmaster that a killed run left on a folder's data, if there is one, and removes the
 * lock file of one that is gone: Postgres would take whoever has its id now for another server.
 */
export async function stopLeftOver(folder: string): Promise<void> {
  const data = join(folder, 'data')
  const left = runningPostmaster(data)
  if (left) await stopPostmaster(left.pid)
  rmSync(join(data, 'postmaster.pid'), { force: true })
}

/**
 * A shell that waits for the end of its input, which comes when this process ends in whatever
 * way, kill -9 included, and then stops Postgres. Without it a killed stack would leave one.
 */
function guard(pid: number): ChildProcess {
  const script = 'cat >/dev/null; kill -INT "$1" 2>/dev/null'
  const child = spawn('sh', ['-c', script, 'sh', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  })
  child.unref()
  return child
}

/**
 * Starts a Postgres cluster on 127.0.0.1, making its data directory first when there is none.
 * A postmaster left over from a killed run is stopped first. Throws with the end of the log
 * when Postgres does not come up.
 */
export async function startCluster({ folder, port }: ClusterOptions): Promise<Cluster> {
  const data = join(folder, 'data')
  const user = postgresUser()
  mkdirSync(folder, { recursive: true })
  const bin = buildRuntimeTree(findInstallation(), join(folder, 'rt'))

  await stopLeftOver(folder)

  const fresh = !existsSync(join(data, 'complete'))
  if (fresh) {
    rmSync(data, { recursive: true, force: true })
    mkdirSync(data)
    chmodSync(data, 0o700)
    if (user.uid !== undefined) chownSync(data, user.uid, user.gid)
    const make = '-U supabase_admin -A trust --no-sync -E UTF8 --locale=C.UTF-8 -D'.split(' ')
    execFileSync(join(bin, 'initdb'), [...make, data], { ...user, cwd: '/', stdio: 'pipe' })
  }

  const logFile = join(folder, 'postgres.log')
  const log = openSync(logFile, 'a')
  const options = settings(port).flatMap((line) => ['-c', line])
  const child = spawn(join(bin, 'postgres'), ['-D', data, ...options], {
    ...user,
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  const pid = child.pid
  if (pid === undefined) throw new Error(`Postgres could not be started from ${bin}`)
  child.unref()
  const watchdog = guard(pid)
  const stop = async () => {
    await stopPostmaster(pid)
    // Last, and never left behind: it would signal whoever has the id by then.
    watchdog.kill('SIGKILL')
  }

  try {
    const up = () => runningPostmaster(data)?.ready === true || child.exitCode !== null
    await waitUntil(up, 60_000, `Postgres did not become ready, see ${logFile}`)
    if (child.exitCode !== null) {
      const tail = readFileSync(logFile, 'utf8').trim().split('\n').slice(-5).join('\n')
      throw new Error(`Postgres ended with code ${child.exitCode}:\n${tail}`)
    }
  } catch (error) {
    await stop()
    throw error
  }
  return {
    pid,
    port,
    fresh,
    url: (role) => `postgresql://${role}@127.0.0.1:${port}/postgres`,
    stop,
  }
}
