import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { shifted, testShift } from '../../scripts/local/environment.ts'
import { holderOf } from '../../scripts/local/ports.ts'
import { commandOf } from '../../scripts/local/processes.ts'
import { repository, runFolder } from '../../scripts/local/run-folder.ts'

const shift = testShift(process.env.COMMONS_TEST_SHIFT)
// Below the range that the kernel gives to outgoing connections, and beside the ports of the stack under test.
const ports = shifted(
  {
    gateway: 15_521,
    postgres: 15_621,
    mailbox: 15_721,
    site: 5_621,
    stripe: 13_511,
    mailchimp: 13_611,
    vimeo: 13_711,
    luma: 13_811,
    slack: 13_911,
    resend: 14_011,
  },
  shift,
)
const name = shift ? `test-lifecycle-${shift}` : 'test-lifecycle'
const folder = runFolder(name)
const lock = join(folder, 'data/postmaster.pid')
const children: ChildProcess[] = []
// Up to three stacks start in one test, each a minute on a machine that has much to do.
vi.setConfig({ testTimeout: 600_000 })

/** Starts a stack in a process of its own. Says `ready`, or why it did not start. */
async function start(called = name) {
  const options = JSON.stringify({ name: called, ports, functions: true })
  const program = `
    import { startStack } from './scripts/local/stack.ts'
    try {
      const stack = await startStack(${options})
      process.on('SIGTERM', async () => { await stack.close(); process.exit(0) })
      console.log('ready')
    } catch (error) { console.log(error.message); process.exit(1) }`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const [said] = await once(child.stdout, 'data')
  return { child, pid: child.pid ?? 0, said: String(said).trim() }
}

/** The processes that a stack has started: Postgres, its watchdog, Deno. */
const startedBy = (pid: number) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
function watchdogOf(pid: number): number {
  const found = startedBy(pid).find((one) => commandOf(one)?.startsWith('sh '))
  if (!found) throw new Error('nothing watches over this database')
  return found
}
const gone = (pids: number[]) =>
  vi.waitFor(() => expect(pids.map(commandOf).filter(Boolean)).toEqual([]), { timeout: 120_000 })
const answers = async () =>
  (await fetch(`http://127.0.0.1:${ports.gateway}/auth/v1/.well-known/jwks.json`)).status

// A Deno that lost its stack may write a last file while its folder is removed.
const forget = () =>
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
beforeAll(forget)
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await vi.waitFor(() => expect(holderOf(ports.postgres)).toBeUndefined(), { timeout: 120_000 })
  forget()
  vi.resetConfig()
})

test('A second start is refused by name and harms nothing; closing leaves nothing behind', async () => {
  const first = await start()
  expect(first.said).toBe('ready')
  const parts = startedBy(first.pid)
  expect(parts.length).toBeGreaterThan(2)

  const again = await start()
  expect(again.said).toContain(`The stack "${name}" runs already, in process ${first.pid} (`)
  const beside = await start(`${name}-2`)
  expect(beside.said).toMatch(
    new RegExp(
      `^Port ${ports.gateway} \\(gateway\\) is held by process \\d+ \\(.+\\)\\. Stop it first\\.$`,
    ),
  )
  expect(beside.said).toContain(`process ${first.pid} `)
  rmSync(runFolder(`${name}-2`), { recursive: true, force: true })
  expect(await answers()).toBe(200)

  first.child.kill('SIGTERM')
  await once(first.child, 'close')
  await gone(parts)
  expect(Object.values(ports).map(holderOf).filter(Boolean)).toEqual([])
  expect([existsSync(lock), existsSync(join(folder, 'owner'))]).toEqual([false, false])
})

test('A killed stack takes its database and its functions with it', async () => {
  const { child, pid, said } = await start()
  expect(said).toBe('ready')
  const parts = startedBy(pid)
  child.kill('SIGKILL')
  await gone(parts)
})

test('A database that outlived its stack is stopped by the next start', async () => {
  const first = await start()
  const postmaster = Number(readFileSync(lock, 'utf8').split('\n')[0])
  process.kill(watchdogOf(first.pid), 'SIGKILL')
  first.child.kill('SIGKILL')
  await once(first.child, 'close')
  expect(commandOf(postmaster)).toContain(folder)

  const second = await start()
  expect(second.said).toBe('ready')
  await gone([postmaster])
  expect(await answers()).toBe(200)

  // And when everything died at once, only the lock file is left.
  process.kill(watchdogOf(second.pid), 'SIGKILL')
  second.child.kill('SIGKILL')
  process.kill(Number(readFileSync(lock, 'utf8').split('\n')[0]), 'SIGKILL')
  await once(second.child, 'close')
  expect(existsSync(lock)).toBe(true)
  const third = await start()
  expect(third.said).toBe('ready')
  expect(await answers()).toBe(200)
})
