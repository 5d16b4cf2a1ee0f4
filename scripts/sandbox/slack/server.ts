import type { Clock } from '../lib/clock.ts'
import { createLedger } from '../lib/ledger.ts'
import { type ProviderServer, serveProvider } from '../lib/server.ts'
import { createAnswers } from './answers.ts'
import { chat } from './chat.ts'
import { join, slackControl } from './control.ts'
import { conversations } from './conversations.ts'
import { announcer, createDoor } from './door.ts'
import { createLimits } from './limits.ts'
import { type Args, type Method, Refused } from './methods.ts'
import { joinPage, workspacePage } from './page.ts'
import { seedWorkspace } from './seed.ts'
import { createWorkspace } from './state.ts'
import { team } from './team.ts'
import { users } from './users.ts'

export interface SlackOptions {
  /** 0 takes a free port. */
  port: number
  clock: Clock
  /** Where webhooks go, and the secret that signs them. */
  webhook: { url: string; secret: string }
  siteUrl: string
  /** Start with the people of supabase/seed.sql. */
  people?: boolean
  botToken?: string
  adminToken?: string
  /** Milliseconds: how long faults hold a connection, and between dripped bytes. */
  pace?: { hold: number; drip: number }
  /** Milliseconds that Slack waits for an answer of ours; three seconds when left out, as the real one. */
  patience?: number
}

/** What each of the two tokens may do. */
export interface Tokens {
  bot: { scopes: Set<string> }
  admin: { scopes: Set<string> }
}

const methods: Record<string, Method> = { ...users, ...conversations, ...chat, ...team }

/** The scopes that docs/slack-app.yaml asks for. */
const BOT_SCOPES = [
  'users:read',
  'users:read.email',
  'chat:write',
  'im:write',
  'im:history',
  'channels:read',
  'channels:history',
  'groups:read',
  'groups:write',
  'groups:history',
  'commands',
]
const ADMIN_SCOPES = ['admin.users:write']

/** Serves the Slack sandbox: the Web API of one workspace, its events and slash commands, in memory. */
export async function serveSlack(options: SlackOptions): Promise<ProviderServer> {
  const { clock, botToken = 'xoxb-sandbox', adminToken = 'xoxp-sandbox-admin' } = options
  const ledger = createLedger(clock)
  const workspace = createWorkspace(clock, ledger)
  const limits = createLimits(clock)
  const answers = createAnswers()
  const door = createDoor(workspace, options.webhook, options.patience)
  workspace.announce = announcer(workspace, door)
  const tokens: Tokens = { bot: { scopes: new Set() }, admin: { scopes: new Set() } }
  function begin() {
    tokens.bot.scopes = new Set(BOT_SCOPES)
    tokens.admin.scopes = new Set(ADMIN_SCOPES)
    if (options.people) seedWorkspace(workspace)
  }
  begin()

  function answer(name: string, method: Method, token: string, args: Args): object {
    if (!token) throw new Refused('not_authed')
    if (token !== botToken && token !== adminToken) throw new Refused('invalid_auth')
    const { scopes } = token === adminToken ? tokens.admin : tokens.bot
    if (method.admin && token !== adminToken) throw new Refused('not_allowed_token_type')
    if (method.scopes.length && !method.scopes.some((one) => scopes.has(one))) {
      const provided = [...scopes].join(',')
      throw new Refused('missing_scope', { needed: method.scopes.join(','), provided })
    }
    const told = answers.take(name)
    if (told && !told.after) throw new Told(told.error, told.status)
    const said = method.run({ workspace, args, scopes })
    if (told) throw new Told(told.error, told.status)
    return said
  }

  async function api(request: Request, name: string): Promise<Response> {
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined
    if (!method) return Response.json({ ok: false, error: 'unknown_method' })
    const args = await argsOf(request)
    const wait = limits.take(name, method, args.channel ?? '')
    if (wait > 0) {
      const headers = { 'retry-after': String(wait) }
      return Response.json({ ok: false, error: 'ratelimited' }, { status: 429, headers })
    }
    const token = /^Bearer\s+(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
    try {
      return Response.json({ ok: true, ...answer(name, method, token ?? args.token ?? '', args) })
    } catch (error) {
      if (error instanceof Told && error.status) {
        return new Response('Slack is having trouble', { status: error.status })
      }
      if (error instanceof Told) return Response.json({ ok: false, error: error.message })
      if (!(error instanceof Refused)) throw error
      return Response.json({ ok: false, error: error.message, ...error.more })
    }
  }

  async function joinByLink(request: Request): Promise<Response> {
    const form = new URLSearchParams(await request.text())
    const email = form.get('email') ?? ''
    if (!workspace.link.active || workspace.link.usesLeft < 1 || !email.includes('@')) {
      return new Response('This link is no longer active.', { status: 410 })
    }
    workspace.link.usesLeft -= 1
    join(workspace, { email, realName: form.get('name') || email })
    return new Response(null, { status: 303, headers: { location: '/' } })
  }

  async function pressOnPage(request: Request): Promise<Response> {
    const form = new URLSearchParams(await request.text())
    const field = (name: string) => form.get(name) ?? ''
    await door.press({
      user: field('user'),
      channel: field('channel'),
      ts: field('ts'),
      action: field('action'),
    })
    return new Response(null, { status: 303, headers: { location: '/' } })
  }

  return await serveProvider({
    name: 'Slack',
    port: options.port,
    clock,
    ledger,
    deliverer: door.deliverer,
    page: () => workspacePage(workspace),
    control: slackControl(workspace, door, { limits, answers, tokens }),
    isApi: (path) => path.startsWith('/api/'),
    async handler(request) {
      const { pathname } = new URL(request.url)
      const name = /^\/api\/([a-zA-Z.]+)$/.exec(pathname)?.[1]
      if (name) return api(request, name)
      if (pathname === '/join/zt-sandbox') {
        if (request.method === 'POST') return joinByLink(request)
        const headers = { 'content-type': 'text/html; charset=utf-8' }
        return new Response(await joinPage(workspace), { headers })
      }
      if (pathname === '/press' && request.method === 'POST') return pressOnPage(request)
      return new Response('404 Not Found', { status: 404 })
    },
    shapeError: (kind) =>
      kind === 'rate_limit'
        ? Response.json(
            { ok: false, error: 'ratelimited' },
            { status: 429, headers: { 'retry-after': '1' } },
          )
        : new Response('Internal Server Error', { status: 500 }),
    reset() {
      workspace.reset()
      limits.reset()
      answers.reset()
      begin()
    },
    ...(options.pace ? { pace: options.pace } : {}),
  })
}

/** An answer that a test ordered. */
class Told extends Error {
  readonly status: number | undefined

  constructor(error: string | undefined, status: number | undefined) {
    super(error ?? 'internal_error')
    this.status = status
  }
}

/** Arguments as Slack takes them: in the address, as a form, or as JSON. */
async function argsOf(request: Request): Promise<Args> {
  const args: Args = Object.fromEntries(new URL(request.url).searchParams)
  const text = request.method === 'POST' ? await request.text() : ''
  if (!text) return args
  if ((request.headers.get('content-type') ?? '').includes('json')) {
    for (const [name, value] of Object.entries(JSON.parse(text) as object)) {
      args[name] = typeof value === 'string' ? value : JSON.stringify(value)
    }
    return args
  }
  return { ...args, ...Object.fromEntries(new URLSearchParams(text)) }
}
