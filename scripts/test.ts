/**
 * Every test: the rules (pgTAP), the rooms (vitest, each file with what it needs), and three lanes beside a running
 * stack each (vitest, a browser): what people do, every page, every door. `npm test -- <words of a path>` runs only
 * matching files.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { stripVTControlCharacters } from 'node:util'
import { quietSchedules, runDatabaseTests } from '../tests/database/run.ts'
import { bootstrap } from './local/bootstrap.ts'
import { startCluster } from './local/cluster.ts'
import { testShift } from './local/environment.ts'
import { migrate } from './local/migrate.ts'
import { takenPort } from './local/ports.ts'
import { repository, runFolder } from './local/run-folder.ts'

const filter = process.argv.slice(2).filter((word) => !word.startsWith('-'))[0] ?? ''
const shift = testShift(process.env.COMMONS_TEST_SHIFT)
const databasePort = 15_320 + shift
let passed = 0
let failed = 0
/** What failed, said again at the very end: whoever reads the last screen of a long run needs no other. */
const complaints: string[] = []
const began = performance.now()
const since = () => `${((performance.now() - began) / 1000).toFixed(0)} s`

async function rules() {
  const folder = runFolder(shift ? `db-test-${shift}` : 'db-test')
  rmSync(folder, { recursive: true, force: true })
  const cluster = await startCluster({ folder, port: databasePort })
  try {
    await bootstrap(cluster.url('supabase_admin'))
    await migrate(cluster.url('postgres'))
    await quietSchedules(cluster.url('supabase_admin'))
    const result = await runDatabaseTests(cluster.url('postgres'), filter)
    passed += result.passed
    failed += result.failed
    complaints.push(...result.complaints)
    console.log(`Rules (pgTAP): ${result.passed} passed, ${result.failed} failed · ${since()}`)
  } catch (error) {
    // The other lanes go on, and say what they find.
    failed += 1
    complaints.push(`Rules (pgTAP): ${(error as Error).message}`)
  } finally {
    await cluster.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface VitestReport {
  numPassedTests: number
  success: boolean
  testResults: {
    name: string
    /** Why the file could not be run, if it could not. */
    message: string
    assertionResults: { status: string; fullName: string; failureMessages?: string[] | null }[]
  }[]
}

/** What vitest says went wrong, test by test: the message, and where in our files. */
function failures(report: VitestReport): string[] {
  const brief = (text: string) =>
    stripVTControlCharacters(text)
      .split('\n')
      .filter((line) => !/node_modules|^\s*at new Promise/.test(line))
      .slice(0, 8)
      .join('\n  ')
  return report.testResults.flatMap(({ name, message, assertionResults }) => {
    const file = relative(repository, name)
    const tests = assertionResults.filter(({ status }) => status === 'failed')
    if (tests.length === 0) return message ? [`${file}: ${brief(message)}`] : []
    return tests.map(
      ({ fullName, failureMessages }) =>
        `${file}: ${fullName}\n  ${brief(failureMessages?.join('\n') ?? '')}`,
    )
  })
}

/** Prints what a part says, line by line, with its name in front: the parts run beside each other. */
function relay(title: string, stream: NodeJS.ReadableStream) {
  createInterface({ input: stream }).on('line', (line) =>
    console.log(`${title.padEnd(6)}│ ${line}`),
  )
}

/** Runs vitest with one of the configurations and adds up what it reports. */
async function suite(title: string, config: string, env: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'commons-test-'))
  const report = join(folder, 'report.json')
  const code = await new Promise<number>((resolve) => {
    const vitest = join(repository, 'node_modules/vitest/vitest.mjs')
    const args = [
      'run',
      '--config',
      config,
      '--passWithNoTests',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...(filter ? [filter] : []),
    ]
    const child = spawn(process.execPath, [vitest, ...args], {
      cwd: repository,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    relay(title, child.stdout)
    relay(title, child.stderr)
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => child.kill(signal))
    child.on('close', (ended) => resolve(ended ?? 1))
  })
  try {
    const said = JSON.parse(readFileSync(report, 'utf8')) as VitestReport
    const named = failures(said)
    // A file that cannot be read, or an error outside of a test, is a failure too.
    if (named.length === 0 && !(said.success && code === 0))
      named.push(`${title}: vitest ended with ${code}, and says why further up.`)
    passed += said.numPassedTests
    failed += named.length
    complaints.push(...named)
  } catch {
    failed += 1
    complaints.push(`${title}: vitest ended with ${code} and without a report.`)
  }
  rmSync(folder, { recursive: true, force: true })
  console.log(`${title}: done · ${since()}`)
}

const taken = await takenPort({ Postgres: databasePort })
if (taken) {
  console.error(taken)
  process.exit(1)
}
const beside = (ports: number) => ({ COMMONS_TEST_SHIFT: String(shift + ports) })
const lanes = [
  () => suite('rooms', 'tests/setup/rooms.config.ts'),
  () => suite('stack', 'tests/setup/stack.config.ts'),
  () => suite('pages', 'tests/setup/pages.config.ts', beside(3)),
  () => suite('doors', 'tests/setup/doors.config.ts', beside(6)),
]
/** Runs one lane after the other, until none is left. */
async function work() {
  for (let lane = lanes.shift(); lane; lane = lanes.shift()) await lane()
}
// Beside each other, because much of their time is waiting: for a page, a lease, a provider's time-out. Three, because a
// fourth makes two processors so busy that what is waited for comes late.
await Promise.all([rules(), work(), work(), work()])

if (passed + failed === 0) {
  console.error(`No test has a path with "${filter}" in it.`)
  failed = 1
}
if (complaints.length) console.log(`\nWhat failed:\n${complaints.join('\n')}`)
console.log(`\n${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
