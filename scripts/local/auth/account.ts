import { Hono } from 'hono'
import type { AuthContext } from './context.ts'
import { AuthError } from './errors.ts'
import { beginFlow } from './pkce.ts'
import { normalEmail, publicUser, type UserRow, userByEmail, userById } from './users.ts'

/** What a signed-in person asks about their own account. */
export function accountRoutes(context: AuthContext): Hono {
  const { sql, settings, sessions } = context
  const routes = new Hono()

  routes.get('/user', async (c) => {
    const { user } = await context.signedIn(c.req.raw)
    return c.json(await publicUser(sql, user))
  })

  async function startEmailChange(user: UserRow, email: string, redirectTo: string, pkce: boolean) {
    if (await userByEmail(sql, email)) {
      const sentence = 'A user with this email address has already been registered'
      throw new AuthError(422, 'email_exists', sentence)
    }
    await sql`
      update auth.users
      set email_change = ${email}, email_change_sent_at = now(), email_change_confirm_status = 0
      where id = ${user.id}`
    await sql`
      delete from auth.one_time_tokens
      where user_id = ${user.id} and token_type in ('email_change_token_new', 'email_change_token_current')`
    const changed = { ...user, email_change: email }
    await context.mailCode('email_change', changed, { redirectTo, pkce, to: email })
    if (settings.email.double_confirm_changes) {
      const type = 'email_change_token_current'
      await context.mailCode('email_change', changed, { redirectTo, pkce, type })
    }
  }

  routes.put('/user', async (c) => {
    const { user } = await context.signedIn(c.req.raw)
    const body: {
      email?: string
      password?: string
      data?: Record<string, unknown>
      code_challenge?: string
      code_challenge_method?: string
    } = await c.req.json()
    if (body.password !== undefined) {
      if (body.password.length < settings.minimum_password_length) {
        const sentence = `Password should be at least ${settings.minimum_password_length} characters.`
        throw new AuthError(422, 'weak_password', sentence)
      }
      await sql`
        update auth.users
        set encrypted_password = extensions.crypt(${body.password}, extensions.gen_salt('bf', 4)), updated_at = now()
        where id = ${user.id}`
    }
    if (body.data) {
      await sql`
        update auth.users
        set raw_user_meta_data = raw_user_meta_data || ${sql.json(body.data as never)}, updated_at = now()
        where id = ${user.id}`
    }
    const email = body.email === undefined ? user.email : normalEmail(body.email)
    if (email !== user.email) {
      const pkce = body.code_challenge !== undefined
      if (body.code_challenge) {
        const challenge = body.code_challenge
        const challengeMethod = body.code_challenge_method ?? 's256'
        await beginFlow(sql, {
          userId: user.id,
          challenge,
          challengeMethod,
          method: 'email_change',
        })
      }
      await startEmailChange(user, email, context.redirect(c.req.query('redirect_to')), pkce)
    }
    return c.json(await publicUser(sql, (await userById(sql, user.id)) ?? user))
  })

  routes.post('/logout', async (c) => {
    const { user, sessionId } = await context.signedIn(c.req.raw)
    await sessions.end(user.id, sessionId, c.req.query('scope') ?? 'global')
    return c.body(null, 204)
  })

  return routes
}
