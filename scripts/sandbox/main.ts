import { devPorts, sandboxSecrets } from '../local/environment.ts'
import { createClock } from './lib/clock.ts'
import type { ProviderServer } from './lib/server.ts'
import { serveLuma } from './luma/server.ts'
import { serveMailchimp } from './mailchimp/server.ts'
import { serveResend } from './resend/server.ts'
import { serveSlack } from './slack/server.ts'
import { serveVimeo } from './vimeo/server.ts'

export type SandboxProvider = 'stripe' | 'mailchimp' | 'vimeo' | 'luma' | 'slack' | 'resend'

/** Where each provider sends its webhooks, and the secret that it signs them with. */
export interface SandboxWebhooks {
  stripe: { url: string; secret: string }
  mailchimp: { url: string; secret?: string }
  luma: { url: string; secret: string }
  slack: { url: string; secret: string }
  resend: { url: string; secret: string }
}

/** The doors of the functions at `functions`, with the secrets that a stack of this machine shares. */
export const webhooksTo = (functions: string, secrets: typeof sandboxSecrets): SandboxWebhooks => ({
  stripe: {
    url: `${functions}/memberships/stripe-webhook`,
    secret: secrets.STRIPE_WEBHOOK_SECRET,
  },
  mailchimp: {
    url: `${functions}/audience/mailchimp-webhook/${secrets.MAILCHIMP_WEBHOOK_PATH_SECRET}`,
  },
  luma: { url: `${functions}/events/luma-webhook`, secret: secrets.LUMA_WEBHOOK_SECRET },
  slack: { url: `${functions}/slack`, secret: secrets.SLACK_SIGNING_SECRET },
  resend: { url: `${functions}/messaging/resend-webhook`, secret: secrets.RESEND_WEBHOOK_SECRET },
})

export interface SandboxOptions {
  /** 0 takes a free port. */
  ports: Record<SandboxProvider, number>
  webhooks: SandboxWebhooks
  siteUrl: string
  /** Where Stripe's account is kept between starts; without it a start begins empty. */
  stripeStateFile?: string
  /** Where Luma's calendar is kept between starts. */
  lumaStateFile?: string
  /** Start with the members of supabase/seed.sql. */
  people?: boolean
}

export interface Sandbox extends Record<SandboxProvider, ProviderServer> {
  clock: ProviderServer['clock']
  close(): Promise<void>
}

/** Starts every provider of the sandbox in this process, on one clock. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { serveStripe } = await import('./stripe/server.ts')
  const clock = createClock(() => new Date())
  const started: ProviderServer[] = []
  const start = async (server: Promise<ProviderServer>) => {
    started.push(await server)
    return server
  }
  const close = async () => {
    await Promise.all(started.map((server) => server.close()))
  }
  try {
    const stripe = await start(
      serveStripe({
        port: options.ports.stripe,
        clock,
        webhook: options.webhooks.stripe,
        siteUrl: options.siteUrl,
        people: options.people ?? false,
        ...(options.stripeStateFile ? { stateFile: options.stripeStateFile } : {}),
      }),
    )
    const mailchimp = await start(
      serveMailchimp({ port: options.ports.mailchimp, clock, webhook: options.webhooks.mailchimp }),
    )
    const vimeo = await start(
      serveVimeo({ port: options.ports.vimeo, clock, siteUrl: options.siteUrl }),
    )
    const common = { clock, siteUrl: options.siteUrl, people: options.people ?? false }
    const luma = await start(
      serveLuma({
        clock,
        siteUrl: options.siteUrl,
        port: options.ports.luma,
        webhook: options.webhooks.luma,
        ...(options.lumaStateFile ? { stateFile: options.lumaStateFile } : {}),
      }),
    )
    const slack = await start(
      serveSlack({ ...common, port: options.ports.slack, webhook: options.webhooks.slack }),
    )
    const resend = await start(
      serveResend({ ...common, port: options.ports.resend, webhook: options.webhooks.resend }),
    )
    return { stripe, mailchimp, vimeo, luma, slack, resend, clock, close }
  } catch (error) {
    // A port in use must not leave the other providers running.
    await close()
    throw error
  }
}

if (import.meta.main) {
  const functions = process.env.FUNCTIONS_URL ?? 'http://127.0.0.1:54321/functions/v1'
  const port = (provider: SandboxProvider) =>
    Number(process.env[`${provider.toUpperCase()}_SANDBOX_PORT`] ?? devPorts[provider])
  const set = Object.keys(sandboxSecrets).filter((name) => process.env[name])
  const secrets = Object.fromEntries(set.map((name) => [name, process.env[name]]))
  const webhooks = webhooksTo(functions, { ...sandboxSecrets, ...secrets })
  const signing = process.env.MAILCHIMP_WEBHOOK_SIGNING_SECRET
  if (signing) webhooks.mailchimp.secret = signing
  const sandbox = await startSandbox({
    ports: {
      stripe: port('stripe'),
      mailchimp: port('mailchimp'),
      vimeo: port('vimeo'),
      luma: port('luma'),
      slack: port('slack'),
      resend: port('resend'),
    },
    webhooks,
    siteUrl: process.env.SITE_URL ?? 'http://127.0.0.1:4321',
  })
  for (const name of ['Stripe', 'Mailchimp', 'Vimeo', 'Luma', 'Slack', 'Resend'] as const) {
    console.log(`${name.padEnd(10)} ${sandbox[name.toLowerCase() as SandboxProvider].url}`)
  }
  console.log('Faults, ledger, clock: /_sandbox on each; see docs/sandbox.md. Ctrl-C ends.')
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void sandbox.close())
  }
}
