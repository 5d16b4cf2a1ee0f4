import { spawn, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import { startSandbox, webhooksTo } from '../sandbox/main.ts'
import { devPorts, sandboxSecrets } from './environment.ts'
import { repository, runFolder } from './run-folder.ts'
import { fillVault } from './settings.ts'
import { buildSite } from './site.ts'
import { serveSite } from './site-server.ts'

export interface DockerOptions {
  step(line: string): void
  verbose: boolean
}

const cli = () =>
  `supabase@${JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')).config.supabase_cli}`

function supabase(args: string[]): string {
  const done = spawnSync('npx', ['--yes', cli(), ...args], {
    cwd: repository,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (done.status !== 0)
    throw new Error(`supabase ${args.join(' ')} failed with code ${done.status}.`)
  return done.stdout
}

/** The addresses and keys of the running containers, as `supabase status` tells them. */
function status(): Record<string, string> {
  const lines = supabase(['status', '--output', 'env']).split('\n')
  return Object.fromEntries(
    lines
      .map((line) => /^([A-Z_]+)="?(.*?)"?$/.exec(line))
      .filter((match) => match !== null)
      .map(([, name, value]) => [name ?? '', value ?? '']),
  )
}

/**
 * The same migrations, functions, seed, sandbox and site on Supabase's own containers, until Ctrl-C.
 * Throws one sentence when no Docker engine answers.
 */
export async function startDocker({ step, verbose }: DockerOptions): Promise<void> {
  if (spawnSync('docker', ['info'], { stdio: 'ignore' }).status !== 0) {
    throw new Error(
      'No Docker engine answers here. Start Docker, or leave --docker away: the native stack needs none.',
    )
  }
  step('supabase start (the first time it fetches several images)')
  supabase(['start'])
  const keys = status()
  const api = keys.API_URL ?? 'http://127.0.0.1:54321'
  const folder = runFolder('docker')
  // The containers reach this machine under another name than its own.
  const host = 'http://host.docker.internal'
  const sql = postgres(
    keys.DB_URL ?? `postgresql://postgres:postgres@127.0.0.1:${devPorts.postgres}/postgres`,
    { max: 1 },
  )
  await fillVault(sql, {
    functions_url: `${host}:${new URL(api).port}/functions/v1`,
    worker_secret: sandboxSecrets.WORKER_SECRET,
  })
  await sql.end()
  const env = join(folder, 'functions.env')
  const shared = Buffer.from(keys.JWT_SECRET ?? '').toString('base64url')
  const settings: Record<string, string> = {
    ...sandboxSecrets,
    // What the containers sign with unless they are told otherwise. Quoted for the file of variables.
    AGENT_SIGNING_KEY: `'${JSON.stringify({ kty: 'oct', k: shared })}'`,
    SITE_URL: `http://127.0.0.1:${devPorts.site}`,
    STRIPE_API_BASE: `${host}:${devPorts.stripe}`,
    STRIPE_SANDBOX_API_BASE: `${host}:${devPorts.stripe}`,
    MAILCHIMP_API_BASE: `${host}:${devPorts.mailchimp}`,
    VIMEO_API_BASE: `${host}:${devPorts.vimeo}`,
    LUMA_API_BASE: `${host}:${devPorts.luma}`,
    SLACK_API_BASE: `${host}:${devPorts.slack}/api/`,
    RESEND_API_BASE: `${host}:${devPorts.resend}`,
  }
  writeFileSync(
    env,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
    { mode: 0o600 },
  )
  const sandbox = await startSandbox({
    ports: devPorts,
    webhooks: webhooksTo(`${api}/functions/v1`, sandboxSecrets),
    siteUrl: settings.SITE_URL ?? '',
  })
  const functions = spawn('npx', ['--yes', cli(), 'functions', 'serve', '--env-file', env], {
    cwd: repository,
    stdio: verbose ? 'inherit' : 'ignore',
  })
  step('Edge Functions and the provider sandbox')
  const site = await serveSite(
    devPorts.site,
    await buildSite({
      folder,
      api,
      publishable: keys.PUBLISHABLE_KEY ?? keys.ANON_KEY ?? '',
      site: `http://127.0.0.1:${devPorts.site}`,
      vimeo: sandbox.vimeo.url,
    }),
  )
  step(
    `Site ${settings.SITE_URL} · Studio ${keys.STUDIO_URL ?? 'http://127.0.0.1:54323'} · mail ${keys.MAILPIT_URL ?? keys.INBUCKET_URL ?? ''}`,
  )
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => resolve())
  })
  functions.kill()
  await site.close()
  await sandbox.close()
  supabase(['stop'])
}
