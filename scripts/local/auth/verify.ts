import { Hono } from 'hono'
import type { AuthContext } from './context.ts'
import { AuthError, otpExpired } from './errors.ts'
import { type Consumed, consume, hashOf } from './one-time.ts'
import { codeFor } from './pkce.ts'
import { normalEmail, type UserRow, userById } from './users.ts'

const halfConfirmed =
  'Confirmation link accepted. Please proceed to confirm link sent to the other email'

/** Redeeming what was mailed: a code or a token hash by POST, hosted's own link by GET. */
export function verifyRoutes(context: AuthContext): Hono {
  const { sql, settings, sessions } = context
  const routes = new Hono()

  async function confirm(userId: string): Promise<UserRow> {
    await sql`
      update auth.users set email_confirmed_at = coalesce(email_confirmed_at, now()), updated_at = now()
      where id = ${userId}`
    await sql`delete from auth.one_time_tokens where user_id = ${userId}`
    await sql`
      update auth.identities
      set identity_data = identity_data || '{"email_verified": true}', updated_at = now()
      where user_id = ${userId} and provider = 'email'`
    const user = await userById(sql, userId)
    if (!user) throw otpExpired()
    return user
  }

  /** Moves the address once every mailed half is confirmed; undefined while one is open. */
  async function changeEmail(token: Consumed): Promise<UserRow | undefined> {
    const rest = await sql`
      select from auth.one_time_tokens
      where user_id = ${token.user_id} and token_type in ('email_change_token_new', 'email_change_token_current')`
    if (rest.length > 0) {
      await sql`update auth.users set email_change_confirm_status = 1 where id = ${token.user_id}`
      return undefined
    }
    const [user] = await sql<UserRow[]>`
      update auth.users
      set email = email_change, email_change = null, email_change_confirm_status = 0, updated_at = now()
      where id = ${token.user_id} and coalesce(email_change, '') <> ''
      returning *`
    if (!user) throw otpExpired()
    await sql`
      update auth.identities
      set identity_data = identity_data || ${sql.json({ email: user.email, email_verified: true })}, updated_at = now()
      where user_id = ${user.id} and provider = 'email'`
    return user
  }

  async function redeem(type: string, hash: string): Promise<{ user?: UserRow; token: Consumed }> {
    const token = await consume(sql, type, hash, settings.email.otp_expiry)
    const changing = token.token_type.startsWith('email_change')
    const user = changing ? await changeEmail(token) : await confirm(token.user_id)
    return user ? { user, token } : { token }
  }

  routes.post('/verify', async (c) => {
    const body: { type?: string; token?: string; token_hash?: string; email?: string } =
      await c.req.json()
    if (!body.type) {
      throw new AuthError(400, 'validation_failed', 'Verify requires a verification type')
    }
    const hash = body.token_hash ?? hashOf(normalEmail(body.email), String(body.token ?? ''))
    const { user } = await redeem(body.type, hash)
    if (!user) return c.json({ code: 200, msg: halfConfirmed })
    return c.json(await sessions.open(user, 'otp'))
  })

  routes.get('/verify', async (c) => {
    const target = new URL(context.redirect(c.req.query('redirect_to')))
    try {
      const { user, token } = await redeem(c.req.query('type') ?? '', c.req.query('token') ?? '')
      const code = user && token.token_hash.startsWith('pkce_') && (await codeFor(sql, user.id))
      if (!user) {
        target.hash = new URLSearchParams({ message: halfConfirmed }).toString()
      } else if (code) {
        target.searchParams.set('code', code)
      } else {
        const session = await sessions.open(user, 'otp')
        target.hash = new URLSearchParams({
          access_token: session.access_token,
          expires_at: String(session.expires_at),
          expires_in: String(session.expires_in),
          refresh_token: session.refresh_token,
          token_type: session.token_type,
          type: c.req.query('type') ?? '',
        }).toString()
      }
    } catch (error) {
      if (!(error instanceof AuthError)) throw error
      const wrong = {
        error: 'access_denied',
        error_code: error.code,
        error_description: 'Email link is invalid or has expired',
      }
      target.hash = new URLSearchParams(wrong).toString()
    }
    return c.redirect(target.href, 303)
  })

  return routes
}
