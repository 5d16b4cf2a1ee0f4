/** `npm start`: everything on this machine, with demo data, until Ctrl-C. */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs, styleText } from 'node:util'
import { runningPostmaster, stopPostmaster } from './cluster.ts'
import { startDocker } from './docker.ts'
import { devPorts } from './environment.ts'
import { takenPort } from './ports.ts'
import { runFolder } from './run-folder.ts'
import { welcomeScreen } from './screen.ts'
import { buildSite, serveSite } from './site.ts'
import { type Stack, startStack } from './stack.ts'

const began = performance.now()
const step = (line: string) =>
  console.log(
    `  ${styleText('dim', `${((performance.now() - began) / 1000).toFixed(1)} s`.padStart(7))}  ${line}`,
  )

/** A postmaster that an earlier start left behind, because its node was killed, is stopped first. */
async function recover(folder: string) {
  const left = runningPostmaster(join(folder, 'data'))
  if (!left) return
  if ((await takenPort({ gateway: devPorts.gateway })) !== undefined) return // that start is alive
  step('A database of an earlier start is still running: it is stopped')
  await stopPostmaster(left.pid)
}

/** The sandbox's Mailchimp keeps nothing between starts: what is kept here is brought there again. */
async function refillMailchimp({ sql }: Stack) {
  await sql`update private.audience_contacts set state = 'new', tags = '{}' where state in ('subscribed', 'unsubscribed')`
  await sql`select private.start_audience_sync()`
}

/** What was asked for on the command line. Throws for a word that means nothing here. */
function readArguments() {
  const { values } = parseArgs({
    options: {
      /** Throw the kept demo data away and begin anew. */
      reset: { type: 'boolean', default: false },
      /** Run Supabase itself in Docker instead of the native stack. */
      docker: { type: 'boolean', default: false },
      /** Show every line that the functions log. */
      verbose: { type: 'boolean', default: false },
    },
  })
  return values
}

async function main() {
  const values = readArguments()
  console.log('Commons starts.')
  if (values.docker) {
    await startDocker({ step, verbose: values.verbose })
    return
  }
  const folder = runFolder('dev')
  await recover(folder)
  const taken = await takenPort({ ...devPorts })
  if (taken) throw new Error(taken)
  if (values.reset) rmSync(folder, { recursive: true, force: true })
  const kept = existsSync(join(folder, 'data', 'complete'))
  const stack = await startStack({
    name: 'dev',
    ports: devPorts,
    seed: true,
    functions: true,
    sandbox: true,
    log: step,
    ...(values.verbose ? { onFunctionLine: (line: string) => console.log(line) } : {}),
  })
  let stopping = false
  const opened: { close(): Promise<void> }[] = [stack]
  const stop = async (code: number) => {
    if (stopping) return
    stopping = true
    for (const part of opened.toReversed())
      await part.close().catch((error) => console.error(error))
    console.log('\nStopped. Nothing runs any more; the demo data is kept.')
    process.exit(code)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => void stop(0))

  try {
    if (kept) await refillMailchimp(stack)
    const pages = await buildSite({
      folder: stack.folder,
      api: stack.urls.api,
      publishable: stack.keys.publishable,
    })
    opened.push(await serveSite(devPorts.site, pages))
    step('Site: built and served')
    console.log(welcomeScreen(stack.urls, stack.keys))
  } catch (error) {
    console.error((error as Error).message)
    await stop(1)
  }
}

try {
  await main()
} catch (error) {
  console.error(`\n${(error as Error).message}`)
  process.exit(1)
}
