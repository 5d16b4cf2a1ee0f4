import { z } from 'zod'
import type { Clock } from '../lib/clock.ts'
import { createDeliverer } from '../lib/deliver.ts'
import { createGate } from '../lib/gate.ts'
import { createLedger } from '../lib/ledger.ts'
import { type ProviderServer, serveProvider } from '../lib/server.ts'
import { type Account, createApi } from './api.ts'
import { ResendRefusal } from './errors.ts'
import { createLimit } from './limits.ts'
import { mailPage } from './page.ts'
import { createPost } from './state.ts'
import { breakSvix, createAnnouncer, RETRIES, signer } from './webhooks.ts'

export interface ResendOptions {
  /** 0 takes a free port. */
  port: number
  clock: Clock
  /** Where webhooks go, and the secret that signs them. */
  webhook: { url: string; secret: string }
  siteUrl: string
  /** Start with the people of supabase/seed.sql. Nobody of them has had a mail yet. */
  people?: boolean
  /** Milliseconds: how long faults hold a connection, and between dripped bytes. */
  pace?: { hold: number; drip: number }
}

/** The key of the account, and one that may only send. */
const KEYS = { full: 're_sandbox', sending: 're_sandbox_sending' }
const DOMAINS = ['mail.example.org', 'resend.dev']

const habit = z.strictObject({ email: z.string().includes('@') })
const bounceWish = z.strictObject({ email: z.string().includes('@'), soft: z.boolean().optional() })
const limitWish = z.strictObject({ per_second: z.int().nonnegative() })
const quotaWish = z.strictObject({ reached: z.enum(['daily', 'monthly']).nullable() })

/** Serves the Resend sandbox: mails are kept and shown, never sent; what happens to them is told by webhooks. */
export async function serveResend(options: ResendOptions): Promise<ProviderServer> {
  const { clock, webhook } = options
  const ledger = createLedger(clock)
  const deliverer = createDeliverer({
    url: webhook.url,
    sign: signer(webhook.secret, 'msg_unnamed'),
    forge: (url, headers) => ({ url, headers: breakSvix(headers) }),
    ledger,
    clock,
    retrySeconds: RETRIES,
    userAgent: 'Svix-Webhooks/1.0',
  })
  const post = createPost(clock, ledger)
  post.announce = createAnnouncer(deliverer, clock, webhook.secret)
  const account: Account = { perSecond: 0, quota: null, domains: DOMAINS }
  const gate = createGate()
  const api = createApi(post, account, clock, gate)
  const limit = createLimit(() => account.perSecond, clock)

  async function handler(request: Request): Promise<Response> {
    const { headers, refusal } = limit()
    if (refusal) return refusal
    const response = authorise(request) ?? (await api.fetch(request))
    for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
    return response
  }

  async function control(request: Request, path: string): Promise<Response | undefined> {
    const name = path.replace('/_sandbox/resend/', '')
    if (request.method === 'GET' && name === 'emails') {
      const to = new URL(request.url).searchParams.get('to')?.toLowerCase()
      const all = [...post.mails.values()].reverse()
      return Response.json({ emails: to ? all.filter((mail) => mail.to.includes(to)) : all })
    }
    if (request.method !== 'POST') return undefined
    const body = JSON.parse((await request.text()) || '{}')
    switch (name) {
      case 'bounce': {
        const { email, soft } = bounceWish.parse(body)
        return Response.json({ at_once: post.turn(email, soft ? 'soft_bounce' : 'bounce') })
      }
      case 'complain':
      case 'fail':
      case 'delay':
      case 'deliver':
        return Response.json({ at_once: post.turn(habit.parse(body).email, name) })
      case 'limit':
        account.perSecond = limitWish.parse(body).per_second
        return Response.json({ per_second: account.perSecond })
      case 'quota':
        account.quota = quotaWish.parse(body).reached
        return Response.json({ reached: account.quota })
      case 'settle':
        await deliverer.settle()
        return Response.json({ settled: true })
    }
    return undefined
  }

  return await serveProvider({
    name: 'Resend',
    port: options.port,
    clock,
    ledger,
    deliverer,
    gate,
    handler,
    control,
    page: (request) => mailPage(post, ledger, new URL(request.url).searchParams),
    shapeError: (kind) =>
      (kind === 'rate_limit'
        ? new ResendRefusal('rate_limit_exceeded', 'Too many requests.')
        : new ResendRefusal('application_error', 'An unexpected error occurred.')
      ).response(),
    reset() {
      post.reset()
      api.reset()
      Object.assign(account, { perSecond: 0, quota: null })
    },
    ...(options.pace ? { pace: options.pace } : {}),
  })
}

/** Why a request may not go on, by its key; undefined when it may. */
function authorise(request: Request): Response | undefined {
  const key = /^Bearer\s+(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
  if (!key) return new ResendRefusal('missing_api_key', 'Missing API Key').response()
  if (key === KEYS.full) return undefined
  if (key !== KEYS.sending)
    return new ResendRefusal('invalid_api_key', 'API key is invalid').response()
  if (request.method === 'POST' && /^\/emails(\/batch)?$/.test(new URL(request.url).pathname)) {
    return undefined
  }
  const words = 'This API key is restricted to only send emails'
  return new ResendRefusal('restricted_api_key', words).response()
}
