import { createClock } from './lib/clock.ts'
import type { ProviderServer } from './lib/server.ts'
import { serveMailchimp } from './mailchimp/server.ts'
import { serveVimeo } from './vimeo/server.ts'

export interface SandboxOptions {
  /** 0 takes a free port. */
  ports: { stripe: number; mailchimp: number; vimeo: number }
  /** Where each provider sends its webhooks, and the secret that it signs them with. */
  webhooks: {
    stripe: { url: string; secret: string }
    mailchimp: { url: string; secret?: string }
  }
  siteUrl: string
  /** Where Stripe's account is kept between starts; without it a start begins empty. */
  stripeStateFile?: string
  /** Start with the members of supabase/seed.sql. */
  people?: boolean
}

export interface Sandbox {
  stripe: ProviderServer
  mailchimp: ProviderServer
  vimeo: ProviderServer
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
    return { stripe, mailchimp, vimeo, clock, close }
  } catch (error) {
    // A port in use must not leave the other providers running.
    await close()
    throw error
  }
}

if (import.meta.main) {
  const functions = process.env.FUNCTIONS_URL ?? 'http://127.0.0.1:54321/functions/v1'
  const pathSecret = process.env.MAILCHIMP_WEBHOOK_PATH_SECRET ?? 'mailchimp-path-secret'
  const sandbox = await startSandbox({
    ports: {
      stripe: Number(process.env.STRIPE_SANDBOX_PORT ?? 12111),
      mailchimp: Number(process.env.MAILCHIMP_SANDBOX_PORT ?? 12112),
      vimeo: Number(process.env.VIMEO_SANDBOX_PORT ?? 12113),
    },
    webhooks: {
      stripe: {
        url: `${functions}/memberships/stripe-webhook`,
        secret: process.env.STRIPE_WEBHOOK_SECRET ?? 'whsec_sandbox',
      },
      mailchimp: {
        url: `${functions}/audience/mailchimp-webhook/${pathSecret}`,
        secret: process.env.MAILCHIMP_WEBHOOK_SIGNING_SECRET,
      },
    },
    siteUrl: process.env.SITE_URL ?? 'http://127.0.0.1:4321',
  })
  console.log(`Stripe     ${sandbox.stripe.url}`)
  console.log(`Mailchimp  ${sandbox.mailchimp.url}`)
  console.log(`Vimeo      ${sandbox.vimeo.url}`)
  console.log('Faults, ledger, clock: /_sandbox on each; see docs/sandbox.md. Ctrl-C ends.')
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void sandbox.close())
  }
}
