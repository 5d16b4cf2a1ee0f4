import { Hono } from 'hono'
import type { AuthContext } from './context.ts'
import { AuthError } from './errors.ts'
import { beginFlow, redeem } from './pkce.ts'
import {
  createUser,
  normalEmail,
  passwordMatches,
  publicUser,
  type UserRow,
  userByEmail,
  userById,
} from './users.ts'

interface Body {
  email?: unknown
  password?: unknown
  data?: Record<string, unknown>
  create_user?: boolean
  code_challenge?: string
  code_challenge_method?: string
  refresh_token?: string
  auth_code?: string
  code_verifier?: string
  type?: string
}

/** Asking for a code, signing up, and turning what one has into a session. */
export function signInRoutes(context: AuthContext): Hono {
  const { sql, settings, sessions } = context
  const routes = new Hono()

  async function begin(body: Body, user: UserRow, method: string): Promise<boolean> {
    if (!body.code_challenge) return false
    await beginFlow(sql, {
      userId: user.id,
      challenge: body.code_challenge,
      challengeMethod: body.code_challenge_method ?? 's256',
      method,
    })
    return true
  }

  const mail = async (body: Body, user: UserRow, redirectTo: string) => {
    const pkce = await begin(body, user, 'magiclink')
    const kind = user.email_confirmed_at ? 'magic_link' : 'confirmation'
    await context.mailCode(kind, user, { redirectTo, pkce })
  }

  routes.post('/otp', async (c) => {
    const body: Body = await c.req.json()
    const email = normalEmail(body.email)
    const redirectTo = context.redirect(c.req.query('redirect_to'))
    let user = await userByEmail(sql, email)
    if (!user && body.create_user === false) {
      throw new AuthError(422, 'otp_disabled', 'Signups not allowed for otp')
    }
    if (!user && !settings.enable_signup) {
      throw new AuthError(422, 'signup_disabled', 'Signups not allowed for this instance')
    }
    user ??= await createUser(sql, { email, userMetadata: body.data ?? {} })
    await mail(body, user, redirectTo)
    return c.json({})
  })

  routes.post('/signup', async (c) => {
    const body: Body = await c.req.json()
    if (!settings.enable_signup) {
      throw new AuthError(422, 'signup_disabled', 'Signups not allowed for this instance')
    }
    const email = normalEmail(body.email)
    const password = String(body.password ?? '')
    if (password.length < settings.minimum_password_length) {
      const sentence = `Password should be at least ${settings.minimum_password_length} characters.`
      throw new AuthError(422, 'weak_password', sentence)
    }
    const known = await userByEmail(sql, email)
    const userMetadata = body.data ?? {}
    if (known?.email_confirmed_at) {
      // As on hosted, the answer does not tell whether somebody has an account.
      const fake = { ...known, id: crypto.randomUUID(), raw_user_meta_data: userMetadata }
      return c.json({ ...(await publicUser(sql, fake)), identities: [] })
    }
    const confirmed = !settings.email.enable_confirmations
    const user = known ?? (await createUser(sql, { email, password, confirmed, userMetadata }))
    if (confirmed) return c.json(await sessions.open(user, 'password'))
    await mail(body, user, context.redirect(c.req.query('redirect_to')))
    return c.json(await publicUser(sql, user))
  })

  routes.post('/recover', async (c) => {
    const body: Body = await c.req.json()
    const user = await userByEmail(sql, normalEmail(body.email))
    if (user) {
      const pkce = await begin(body, user, 'recovery')
      const redirectTo = context.redirect(c.req.query('redirect_to'))
      await context.mailCode('recovery', user, { redirectTo, pkce })
    }
    return c.json({})
  })

  routes.post('/resend', async (c) => {
    const body: Body = await c.req.json()
    const user = await userByEmail(sql, normalEmail(body.email))
    if (user && body.type === 'signup' && !user.email_confirmed_at) {
      await mail(body, user, context.redirect(c.req.query('redirect_to')))
    }
    return c.json({})
  })

  async function byPassword(body: Body) {
    const user = await userByEmail(sql, normalEmail(body.email))
    if (!user || !(await passwordMatches(sql, user, String(body.password ?? '')))) {
      throw new AuthError(400, 'invalid_credentials', 'Invalid login credentials')
    }
    if (!user.email_confirmed_at) {
      throw new AuthError(400, 'email_not_confirmed', 'Email not confirmed')
    }
    return sessions.open(user, 'password')
  }

  async function byFlow(body: Body) {
    const user = await userById(sql, await redeem(sql, body.auth_code, body.code_verifier))
    if (!user) throw new AuthError(404, 'user_not_found', 'User not found')
    return sessions.open(user, 'otp')
  }

  routes.post('/token', async (c) => {
    const body: Body = await c.req.json()
    switch (c.req.query('grant_type')) {
      case 'password':
        return c.json(await byPassword(body))
      case 'refresh_token':
        return c.json(await sessions.refresh(String(body.refresh_token ?? '')))
      case 'pkce':
        return c.json(await byFlow(body))
      default:
        throw new AuthError(400, 'unsupported_grant_type', 'unsupported_grant_type')
    }
  })

  return routes
}
