import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import postgres, { type Sql } from 'postgres'
import type { Sandbox } from '../sandbox/main.ts'
import { createAuth } from './auth/index.ts'
import { bootstrap, bootstrapFiles } from './bootstrap.ts'
import { startCluster, stopLeftOver } from './cluster.ts'
import { createCredentials } from './credentials.ts'
import { storeDemoFiles } from './demo-files.ts'
import { readDemoReceipts } from './demo-receipts.ts'
import {
  functionsEnvironment,
  type Keys,
  loadKeys,
  type Ports,
  sandboxSecrets,
} from './environment.ts'
import { startFunctions } from './functions-host.ts'
import { serveGateway } from './gateway.ts'
import { createMailbox, type Mailbox, serveMailbox } from './mailbox.ts'
import { fingerprint, migrate, readMigrations } from './migrate.ts'
import { takeFolder } from './owner.ts'
import { startPgNet } from './pg-net.ts'
import { takenPort } from './ports.ts'
import { readProject } from './project.ts'
import { createRest } from './rest/index.ts'
import { repository, runFolder } from './run-folder.ts'
import { fillVault, setClock } from './settings.ts'
import { createStorage } from './storage/index.ts'

export interface StackOptions {
  name: string
  ports: Ports
  /** Run supabase/seed*.sql once, on a fresh database. */
  seed?: boolean
  functions?: boolean
  sandbox?: boolean
  /** Throw away what an earlier run left and begin anew. */
  reset?: boolean
  /** Is told what is being done, one short line at a time. */
  log?(line: string): void
  /** Is told every line that a function logs. */
  onFunctionLine?(line: string): void
}

export interface Stack {
  name: string
  /** True when the database was made by this start. */
  fresh: boolean
  folder: string
  ports: Ports
  urls: {
    api: string
    functions: string
    storage: string
    database: string
    mailbox: string
    site: string
    stripe: string
    mailchimp: string
    vimeo: string
    luma: string
    slack: string
    resend: string
  }
  /** The environment that the functions see. */
  env: Record<string, string>
  keys: Keys
  /** As the role `postgres`. */
  sql: Sql
  mailbox: Mailbox
  sandbox: Sandbox | undefined
  /** Moves SQL's private.clock() and the sandbox's clock to a moment. */
  travelTo(moment: Date): Promise<void>
  /** Brings private.clock() back to now(). The sandbox's clock runs on; its `reset` sets it back. */
  returnToNow(): Promise<void>
  /** Makes the Data API read the schema anew; happens by itself after DDL. */
  reload(): Promise<void>
  close(): Promise<void>
}

const address = (port: number) => `http://127.0.0.1:${port}`

/** The stack's addresses, as callers and pages use them. */
export function urlsOf(ports: Ports): Stack['urls'] {
  return {
    api: address(ports.gateway),
    functions: `${address(ports.gateway)}/functions/v1`,
    storage: `${address(ports.gateway)}/storage/v1`,
    database: `postgresql://postgres@127.0.0.1:${ports.postgres}/postgres`,
    mailbox: address(ports.mailbox),
    site: address(ports.site),
    stripe: address(ports.stripe),
    mailchimp: address(ports.mailchimp),
    vimeo: address(ports.vimeo),
    luma: address(ports.luma),
    slack: address(ports.slack),
    resend: address(ports.resend),
  }
}

/** Forgets a database that other migrations or another bootstrap made. Says so in one line. */
function dropWhenStale(folder: string, mark: string, log: (line: string) => void): void {
  const file = join(folder, 'made-by')
  if (!existsSync(join(folder, 'data'))) return
  const before = existsSync(file) ? readFileSync(file, 'utf8') : ''
  if (before === mark) return
  log(
    before
      ? 'The migrations changed: the local data is made anew'
      : 'Unfinished local data is removed',
  )
  rmSync(join(folder, 'data'), { recursive: true, force: true })
}

/**
 * Starts everything on this machine: Postgres with the migrations, gateway, auth, functions,
 * mailbox, provider sandbox. What was started is stopped again when a later part fails.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { name, ports, log = () => {} } = options
  const folder = runFolder(name)
  const project = readProject()
  const urls = urlsOf(ports)
  const opened: (() => Promise<unknown>)[] = []
  const close = async () => {
    while (opened.length > 0)
      await opened
        .pop()?.()
        .catch((error) => console.error(error))
  }

  const giveBack = takeFolder(folder, name)
  opened.push(async () => giveBack())
  try {
    // Before the data is touched: a database that a killed run left behind still writes there.
    await stopLeftOver(folder)
    const { site: _served, stripe, mailchimp, vimeo, luma, slack, resend, ...own } = ports
    const providers = { stripe, mailchimp, vimeo, luma, slack, resend }
    const taken = await takenPort(options.sandbox ? { ...own, ...providers } : own)
    if (taken) throw new Error(taken)
    if (options.reset) rmSync(join(folder, 'data'), { recursive: true, force: true })
    const migrations = readMigrations()
    const mark = fingerprint([...bootstrapFiles(), ...migrations])
    dropWhenStale(folder, mark, log)
    const cluster = await startCluster({ folder, port: ports.postgres })
    opened.push(() => cluster.stop())
    log(cluster.fresh ? 'Postgres: a new cluster' : 'Postgres: the kept data')

    if (cluster.fresh) {
      await bootstrap(cluster.url('supabase_admin'))
      const applied = await migrate(cluster.url('postgres'), migrations)
      log(`Migrations: ${applied.length} applied`)
    }
    const keys = await loadKeys(folder)
    const sql = postgres(urls.database, { max: 6, onnotice: () => {} })
    opened.push(() => sql.end({ timeout: 1 }))
    await fillVault(sql, {
      functions_url: urls.functions,
      worker_secret: sandboxSecrets.WORKER_SECRET,
    })
    if (cluster.fresh) {
      if (options.seed) {
        for (const file of globSync('supabase/seed*.sql', { cwd: repository }).sort())
          await sql.unsafe(readFileSync(join(repository, file), 'utf8'))
        log('Demo data: supabase/seed*.sql')
      }
      writeFileSync(join(folder, 'made-by'), mark)
      writeFileSync(join(folder, 'data', 'complete'), '')
    }

    const credentials = createCredentials(keys)
    const mailbox = createMailbox(() => new Date())
    const mailboxServer = await serveMailbox(ports.mailbox, mailbox)
    opened.push(() => mailboxServer.close())

    const admin = postgres(cluster.url('supabase_admin'), { max: 2, onnotice: () => {} })
    opened.push(() => admin.end({ timeout: 1 }))
    const rest = await createRest({
      url: cluster.url,
      admin,
      schemas: project.api.schemas,
      maxRows: project.api.max_rows,
    })
    opened.push(() => rest.close())
    await admin.listen('pgrst', () => void rest.reload().catch(console.error))

    const auth = createAuth({
      url: cluster.url('supabase_auth_admin'),
      keys,
      credentials,
      mailbox,
      project,
      gatewayUrl: urls.api,
      siteUrl: urls.site,
    })
    opened.push(() => auth.close())

    const storage = createStorage({
      url: cluster.url('supabase_storage_admin'),
      // Beside the rows that say what there is.
      folder: join(folder, 'data', 'storage'),
      credentials,
      secret: keys.secret,
      sizeLimit: project.storage.file_size_limit,
    })
    opened.push(() => storage.close())

    const env = functionsEnvironment(ports, keys)
    let sandbox: Sandbox | undefined
    if (options.sandbox) {
      const { startSandbox, webhooksTo } = await import('../sandbox/main.ts')
      sandbox = await startSandbox({
        ports: providers,
        webhooks: webhooksTo(urls.functions, sandboxSecrets),
        siteUrl: urls.site,
        // Lives and goes with the database, whose customers it holds.
        stripeStateFile: join(folder, 'data', 'sandbox-stripe.json'),
        lumaStateFile: join(folder, 'data', 'sandbox-luma.json'),
        people: options.seed ?? false,
      })
      const running = sandbox
      opened.push(() => running.close())
      log('Provider sandbox: Stripe, Mailchimp, Vimeo, Luma, Slack, Resend')
    }

    const functions = options.functions
      ? await startFunctions({
          folder,
          project,
          environment: env,
          ...(options.onFunctionLine ? { onLine: options.onFunctionLine } : {}),
        })
      : undefined
    if (functions) {
      opened.push(() => functions.close())
      log('Edge Functions: Deno')
    }

    const gateway = await serveGateway({
      port: ports.gateway,
      project,
      credentials,
      rest,
      auth,
      storage,
      functions,
    })
    opened.push(() => gateway.close())
    const pgNet = await startPgNet(cluster.url('supabase_admin'))
    opened.push(() => pgNet.close())
    log('Gateway: Data API, Auth, Storage, Functions')
    if (cluster.fresh && options.seed) {
      await storeDemoFiles(sql, { api: urls.api, secret: keys.secret })
      log('Demo files: stored')
      if (sandbox) {
        await readDemoReceipts(sql, { stripe: urls.stripe, key: sandboxSecrets.STRIPE_SECRET_KEY })
        log('Demo receipts: read from the sandbox')
      }
    }

    return {
      name,
      fresh: cluster.fresh,
      folder,
      ports,
      urls,
      env,
      keys,
      sql,
      mailbox,
      sandbox,
      async travelTo(moment) {
        await setClock(sql, moment)
        await sandbox?.clock.advanceTo(moment)
      },
      returnToNow: () => setClock(sql, undefined),
      reload: () => rest.reload(),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
