/**
 * Everything that can be checked without running the product: types, lint, the database as the
 * Supabase CLI sees it, and whether the generated files are what they are generated from.
 * Prints a line a check; the output of a failing one follows. Exit code 1 when any fails.
 */
import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { bootstrap } from './local/bootstrap.ts'
import { startCluster } from './local/cluster.ts'
import { migrate, readMigrations } from './local/migrate.ts'
import { repository, runFolder } from './local/run-folder.ts'

const port = 15_900
const database = `postgresql://postgres@127.0.0.1:${port}/postgres`
const cli = `supabase@${JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')).config.supabase_cli}`
const schemas = 'public,private,jobs,admin'

interface Check {
  name: string
  command: string[]
}

const bin = (name: string) => join(repository, 'node_modules', '.bin', name)
const ofFiles: Check[] = [
  { name: 'types (tsc)', command: [bin('tsc')] },
  { name: 'types (deno)', command: [bin('deno'), 'check', 'functions/*/index.ts'] },
  { name: 'types (astro)', command: [bin('astro'), 'check', '--root', 'site'] },
  { name: 'lint (biome)', command: [bin('biome'), 'ci', '--error-on-warnings', '--colors=off'] },
  { name: 'policy stamp', command: [process.execPath, 'scripts/policies.ts', 'check'] },
]
const ofDatabase: Check[] = [
  {
    name: 'supabase db lint',
    command: [
      'npx',
      '--yes',
      cli,
      'db',
      'lint',
      `--remote=${database}`,
      '--schema',
      schemas,
      '--level',
      'warning',
      '--fail-on',
      'warning',
    ],
  },
  {
    name: 'supabase db advisors',
    command: [
      'npx',
      '--yes',
      cli,
      'db',
      'advisors',
      `--remote=${database}`,
      '--level',
      'warn',
      '--fail-on',
      'warn',
    ],
  },
  {
    name: 'generated types',
    command: [process.execPath, 'scripts/types.ts', '--check', '--remote', database],
  },
  {
    name: 'catalogue of agents',
    command: [process.execPath, 'scripts/catalogue.ts', '--check', '--remote', database],
  },
  {
    name: 'grants manifest',
    command: [process.execPath, 'scripts/grants.ts', '--check', '--database', database],
  },
]

function run({ command }: Check): Promise<{ code: number; output: string }> {
  const [program = '', ...args] = command
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: repository,
      env: {
        ...process.env,
        SUPABASE_TELEMETRY_DISABLED: '1',
        ASTRO_TELEMETRY_DISABLED: '1',
        NO_COLOR: '1',
      },
    })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.on('error', (error) => resolve({ code: 1, output: error.message }))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

let failed = 0
async function report(check: Check) {
  const started = performance.now()
  const { code, output } = await run(check)
  console.log(
    `${code === 0 ? 'ok  ' : 'FAIL'} ${check.name} (${((performance.now() - started) / 1000).toFixed(1)} s)`,
  )
  if (code !== 0) {
    failed += 1
    console.log(output.trimEnd().replaceAll(/^/gm, '     '))
  }
}

for (const check of ofFiles) await report(check)

const folder = runFolder('db-check')
rmSync(folder, { recursive: true, force: true })
const cluster = await startCluster({ folder, port })
try {
  await bootstrap(cluster.url('supabase_admin'))
  // Built by the CLI itself, so that the way to production is the way that is checked.
  await report({
    name: 'supabase db push',
    command: ['npx', '--yes', cli, 'db', 'push', '--yes', `--remote=${database}`],
  })
  const left = await migrate(cluster.url('postgres'))
  if (left.length > 0) {
    failed += 1
    console.log(`FAIL the CLI left ${left.length} of ${readMigrations().length} migrations out`)
  }
  for (const check of ofDatabase) await report(check)
} finally {
  await cluster.stop()
  rmSync(folder, { recursive: true, force: true })
}
process.exit(failed === 0 ? 0 : 1)
