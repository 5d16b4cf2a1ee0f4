/** A worker in a process of its own, for tests that stop it from outside. Arguments: queue and kind. */
import { createLog } from '../../functions/_shared/log.ts'
import { connect } from '../../functions/_shared/sql.ts'
import { createWorker } from '../../functions/_shared/worker.ts'

const [queue = '', kind = ''] = process.argv.slice(2)
const sql = connect((name) => process.env[name], 2)
const write = (line: string) => process.stdout.write(`${line}\n`)

const worker = createWorker({
  queue,
  sql,
  log: createLog({ write, now: () => new Date() }),
  concurrency: 1,
  lingerMs: 0,
  handlers: {
    [kind]: (job) => {
      write(JSON.stringify({ event: 'test.holds', job: job.id }))
      // By itself, because whoever reads that line may come too late: no time of its own passes here.
      process.kill(process.pid, 'SIGSTOP')
      return new Promise<never>(() => {})
    },
  },
})
await worker.drain()
await sql.end()
