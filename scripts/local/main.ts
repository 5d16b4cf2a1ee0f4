/** `npm start`: everything on this machine, with demo data, until Ctrl-C. */
import { parseArgs, styleText } from 'node:util'
import { fillGuestLists } from './demo-guests.ts'
import { connectSlack } from './demo-slack.ts'
import { startDocker } from './docker.ts'
import { devPorts } from './environment.ts'
import { takenPort } from './ports.ts'
import { welcomeScreen } from './screen.ts'
import { buildSite } from './site.ts'
import { serveSite } from './site-server.ts'
import { type Stack, startStack } from './stack.ts'

const began = performance.now()
const step = (line: string) =>
  console.log(
    `  ${styleText('dim', `${((performance.now() - began) / 1000).toFixed(1)} s`.padStart(7))}  ${line}`,
  )

/** The sandbox's Mailchimp keeps nothing between starts: what is kept here is brought there again. */
async function refillMailchimp({ sql }: Stack) {
  await sql`update private.audience_contacts set state = 'new', tags = '{}' where state in ('subscribed', 'unsubscribed')`
  await sql`select private.start_audience_sync()`
}

/** The books are read once an hour: begun now, so that whoever asks for the ledger of a month finds it. */
async function readBooks({ sql }: Stack) {
  await sql`select private.read_ledger_hourly(private.clock())`
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
  const taken = await takenPort({ site: devPorts.site })
  if (taken) throw new Error(taken)

  const opened: { close(): Promise<void> }[] = []
  let interrupted = false
  let up = false
  let stopping = false
  const stop = async (code: number) => {
    if (stopping) return
    stopping = true
    for (const part of opened.toReversed())
      await part.close().catch((error) => console.error(error))
    console.log('\nStopped. Nothing runs any more; the demo data is kept.')
    process.exit(code)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      interrupted = true
      // What is half started is finished first, so that it can be stopped whole.
      if (up) void stop(0)
    })
  }

  const stack = await startStack({
    name: 'dev',
    ports: devPorts,
    seed: true,
    functions: true,
    sandbox: true,
    reset: values.reset,
    log: step,
    ...(values.verbose ? { onFunctionLine: (line: string) => console.log(line) } : {}),
  })
  opened.push(stack)
  up = true
  if (interrupted) return await stop(0)

  try {
    if (!stack.fresh) await refillMailchimp(stack)
    else await connectSlack(stack.sql, stack.urls.slack)
    await readBooks(stack)
    const pages = await buildSite({
      folder: stack.folder,
      api: stack.urls.api,
      publishable: stack.keys.publishable,
      site: stack.urls.site,
      vimeo: stack.urls.vimeo,
    })
    opened.push(await serveSite(devPorts.site, pages))
    step('Site: built and served')
    if (stack.fresh) await fillGuestLists(stack.sql, stack.urls.luma)
    if (!stopping) console.log(welcomeScreen(stack.urls, stack.keys))
  } catch (error) {
    if (stopping) return
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
