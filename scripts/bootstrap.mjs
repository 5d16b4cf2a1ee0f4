// Runs under whatever node is at hand (20 or later), before anything is installed: plain JavaScript, no imports
// from npm. Installs what is missing and hands over to Node 24, which reads TypeScript.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const repository = dirname(dirname(fileURLToPath(import.meta.url)))
const node = join(repository, 'node_modules', '.bin', 'node')
const mark = join(repository, 'node_modules', '.installed-from')

function stop(sentence) {
  console.error(`\n${sentence}`)
  process.exit(1)
}

function step(title, command, args, hint, env = {}) {
  const began = Date.now()
  process.stdout.write(`  ${title} … `)
  const done = spawnSync(command, args, {
    cwd: repository,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (done.status !== 0) {
    const said = `${done.stdout ?? ''}\n${done.stderr ?? ''}`
      .trim()
      .split('\n')
      .slice(-12)
      .join('\n')
    stop(`${said || done.error?.message}\n\n${title} failed. ${hint}`)
  }
  console.log(`${((Date.now() - began) / 1000).toFixed(0)} s`)
}

/** The npm packages, exactly as the lock file says. */
function installPackages() {
  const lock = createHash('sha256')
    .update(readFileSync(join(repository, 'package-lock.json')))
    .digest('hex')
  if (existsSync(node) && existsSync(mark) && readFileSync(mark, 'utf8') === lock) return
  step(
    'npm packages',
    'npm',
    ['ci', '--no-audit', '--no-fund', '--loglevel=error'],
    'Is the npm registry reachable?',
  )
  if (spawnSync(node, ['--version']).status !== 0) {
    stop(
      'Node 24 did not install from npm, because install scripts are switched off. Run: npm config set ignore-scripts false',
    )
  }
  writeFileSync(mark, lock)
}

/** Whether Debian has installed a package. */
const isInstalled = (name) =>
  /^Status: install ok installed$/m.test(
    spawnSync('dpkg', ['-s', name], { encoding: 'utf8' }).stdout ?? '',
  )

/** The newest PostgreSQL here that has pg_cron, or else the newest that apt offers with it. */
function postgresMajor() {
  const installed = existsSync('/usr/lib/postgresql')
    ? readdirSync('/usr/lib/postgresql')
        .map(Number)
        .filter((major) => isInstalled(`postgresql-${major}-cron`))
    : []
  if (installed.length > 0) return Math.max(...installed)
  const offered = spawnSync('apt-cache', ['search', '--names-only', '^postgresql-[0-9]+-cron$'], {
    encoding: 'utf8',
  })
  const majors = [...(offered.stdout ?? '').matchAll(/^postgresql-(\d+)-cron/gm)].map((match) =>
    Number(match[1]),
  )
  return majors.length > 0 ? Math.max(...majors) : 15
}

/** PostgreSQL with its extensions and, for the tests, a browser: from Debian's packages. */
function installSystem(withBrowser) {
  const hasApt = spawnSync('apt-get', ['--version']).status === 0
  const wanted = (major) => [
    ...['', '-cron', '-pgtap', '-plpgsql-check'].map((part) => `postgresql-${major}${part}`),
    ...(withBrowser && !process.env.CHROMIUM ? ['chromium-headless-shell'] : []),
  ]
  let missing = wanted(postgresMajor()).filter((name) => !isInstalled(name))
  if (missing.length === 0) return
  if (!hasApt)
    stop(
      `These are missing and there is no apt-get here: ${missing.join(', ')}. Install them, or use Docker: npm start -- --docker`,
    )
  if (process.getuid?.() !== 0)
    stop(
      `These are missing: ${missing.join(', ')}. Run once: sudo apt-get install ${missing.join(' ')}`,
    )
  step('apt-get update', 'apt-get', ['update', '-qq'], 'Is there a network?')
  missing = wanted(postgresMajor()).filter((name) => !isInstalled(name))
  // Debian would make and start a cluster of its own, which nobody needs here.
  const policy = '/usr/sbin/policy-rc.d'
  const ours = !existsSync(policy)
  if (ours) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    step(
      `apt-get install ${missing.join(' ')}`,
      'apt-get',
      ['install', '-y', '-qq', '--no-install-recommends', ...missing],
      'What apt-get said stands above.',
      { DEBIAN_FRONTEND: 'noninteractive' },
    )
  } finally {
    if (ours) execFileSync('rm', ['-f', policy])
  }
}

/**
 * Installs what is missing, then runs a TypeScript file of this folder under Node 24 with the same arguments.
 * Ends with its exit code.
 */
export function run(script, { browser = false, system = true } = {}) {
  if (Number(process.versions.node.split('.')[0]) < 20)
    stop(`This needs node 20 or later; here is ${process.version}.`)
  installPackages()
  if (system) installSystem(browser)
  const child = spawn(node, [join(repository, script), ...process.argv.slice(2)], {
    cwd: repository,
    stdio: 'inherit',
    // Node 24 first, for every tool that says just "node".
    env: {
      ...process.env,
      PATH: `${dirname(node)}:${process.env.PATH}`,
      ASTRO_TELEMETRY_DISABLED: '1',
      SUPABASE_TELEMETRY_DISABLED: '1',
    },
  })
  // Ctrl-C reaches the child by itself; a signal sent to this process alone has to be passed on.
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('close', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))
}
