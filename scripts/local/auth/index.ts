import { Hono } from 'hono'
import { corsHeaders } from '../http.ts'
import { accountRoutes } from './account.ts'
import { adminRoutes } from './admin.ts'
import { type AuthOptions, createAuthContext } from './context.ts'
import { AuthError } from './errors.ts'
import { signInRoutes } from './sign-in.ts'
import { createUser, normalEmail, publicUser, userByEmail } from './users.ts'
import { verifyRoutes } from './verify.ts'

/** Paths that a mail's link or a key set reader opens without a key. */
const open = new Set(['/verify', '/callback', '/.well-known/jwks.json'])

/** Supabase Auth for one machine: codes, links, PKCE, sessions, users, on hosted's own tables. */
export function createAuth(options: AuthOptions) {
  const context = createAuthContext(options)
  const { sql, settings } = context
  const app = new Hono().basePath('/auth/v1')

  app.get('/health', (c) =>
    c.json({ version: 'local', name: 'GoTrue', description: 'local stack' }),
  )
  app.get('/.well-known/jwks.json', (c) => c.json(options.keys.jwks))
  app.get('/settings', (c) =>
    c.json({
      external: { email: true, phone: false, google: false },
      disable_signup: !settings.enable_signup,
      mailer_autoconfirm: !settings.email.enable_confirmations,
      phone_autoconfirm: false,
      sms_provider: '',
      saml_enabled: false,
    }),
  )
  app.route('/', signInRoutes(context))
  app.route('/', verifyRoutes(context))
  app.route('/', accountRoutes(context))
  app.route('/admin', adminRoutes(context))
  app.post('/invite', async (c) => {
    const caller = await options.credentials.caller(c.req.raw)
    if (caller instanceof Response) return caller
    if (caller.role !== 'service_role') throw new AuthError(403, 'not_admin', 'User not allowed')
    const body: { email?: string; data?: Record<string, unknown> } = await c.req.json()
    const email = normalEmail(body.email)
    const known = await userByEmail(sql, email)
    if (known?.email_confirmed_at) {
      const sentence = 'A user with this email address has already been registered'
      throw new AuthError(422, 'email_exists', sentence)
    }
    const user = known ?? (await createUser(sql, { email, userMetadata: body.data ?? {} }))
    await sql`update auth.users set invited_at = now() where id = ${user.id}`
    const redirectTo = context.redirect(c.req.query('redirect_to'))
    await context.mailCode('invite', user, { redirectTo })
    return c.json(await publicUser(sql, user))
  })
  app.notFound((c) => c.json({ code: 404, error_code: 'not_found', msg: 'Not Found' }, 404))
  app.onError((error) => {
    if (error instanceof AuthError) return error.response()
    if (error instanceof SyntaxError) {
      return new AuthError(400, 'bad_json', 'Could not parse request body as JSON').response()
    }
    console.error(error)
    return new AuthError(
      500,
      'unexpected_failure',
      'Unexpected failure, please check server logs',
    ).response()
  })

  return {
    async fetch(request: Request): Promise<Response> {
      const path = new URL(request.url).pathname.replace(/^\/auth\/v1/, '')
      const key = open.has(path) ? 'anon' : options.credentials.apiKey(request)
      if (key instanceof Response) return key
      const answer = await app.fetch(request)
      for (const [name, value] of Object.entries(corsHeaders)) answer.headers.set(name, value)
      return answer
    },
    close: () => sql.end(),
  }
}

export type Auth = ReturnType<typeof createAuth>
