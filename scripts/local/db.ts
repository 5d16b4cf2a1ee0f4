/**
 * A bare database in the foreground: cluster, hosted roles and extensions, migrations; no gateway.
 *   node_modules/.bin/node scripts/local/db.ts --name try --port 56001 --until 202611210002
 * Ctrl-C or SIGTERM stops it and removes its folder.
 */
import { rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { bootstrap } from './bootstrap.ts'
import { startCluster } from './cluster.ts'
import { migrate, readMigrations } from './migrate.ts'
import { runFolder } from './run-folder.ts'

const { values } = parseArgs({
  options: {
    name: { type: 'string', default: 'db' },
    port: { type: 'string', default: '56000' },
    /** Migrations whose file name sorts after this prefix are left out; '' leaves out all. */
    until: { type: 'string', default: '9' },
  },
})

const folder = runFolder(`db-${values.name}`)
rmSync(folder, { recursive: true, force: true })
const started = performance.now()
const cluster = await startCluster({ folder, port: Number(values.port) })

let stopping = false
async function stop(code: number) {
  if (stopping) return
  stopping = true
  await cluster.stop()
  rmSync(folder, { recursive: true, force: true })
  process.exit(code)
}
process.on('SIGINT', () => stop(0))
process.on('SIGTERM', () => stop(0))
process.on('SIGHUP', () => stop(0))

try {
  await bootstrap(cluster.url('supabase_admin'))
  const wanted = readMigrations().filter(
    (migration) => migration.version.slice(0, values.until.length) <= values.until,
  )
  const applied = await migrate(cluster.url('postgres'), wanted)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`ready in ${seconds} s · ${applied.length} migrations · ${cluster.url('postgres')}`)
} catch (error) {
  console.error((error as Error).message)
  await stop(1)
}
setInterval(() => {}, 60_000)
