import { Hono } from 'hono'
import type { AuthContext } from './context.ts'
import { AuthError } from './errors.ts'
import type { MailKind } from './mail.ts'
import {
  createUser,
  normalEmail,
  publicUser,
  type UserRow,
  userByEmail,
  userById,
} from './users.ts'

interface UserBody {
  id?: string
  email?: string
  password?: string
  email_confirm?: boolean
  user_metadata?: Record<string, unknown>
  app_metadata?: Record<string, unknown>
  ban_duration?: string
  role?: string
}

const kinds: Record<string, MailKind> = {
  signup: 'confirmation',
  invite: 'invite',
  magiclink: 'magic_link',
  recovery: 'recovery',
}

/** Users as an administrator manages them. Only the secret key opens these routes. */
export function adminRoutes(context: AuthContext): Hono {
  const { sql } = context
  const routes = new Hono()

  routes.use(async (c, next) => {
    const caller = await context.credentials.caller(c.req.raw)
    if (caller instanceof Response) return caller
    if (caller.role !== 'service_role') {
      throw new AuthError(403, 'not_admin', 'User not allowed')
    }
    await next()
  })

  async function known(id: string): Promise<UserRow> {
    const user = await userById(sql, id)
    if (!user) throw new AuthError(404, 'user_not_found', 'User not found')
    return user
  }

  async function add(body: UserBody, confirmed: boolean): Promise<UserRow> {
    const email = normalEmail(body.email)
    if (await userByEmail(sql, email)) {
      const sentence = 'A user with this email address has already been registered'
      throw new AuthError(422, 'email_exists', sentence)
    }
    return createUser(sql, {
      email,
      confirmed,
      userMetadata: body.user_metadata ?? {},
      appMetadata: body.app_metadata ?? {},
      ...(body.id ? { id: body.id } : {}),
      ...(body.password ? { password: body.password } : {}),
      ...(body.role ? { role: body.role } : {}),
    })
  }

  routes.get('/users', async (c) => {
    // The client sends an empty page when it is not told one.
    const perPage = Number(c.req.query('per_page')) || 50
    const offset = (Math.max(Number(c.req.query('page')) || 1, 1) - 1) * perPage
    const rows = await sql<UserRow[]>`
      select * from auth.users order by created_at desc, id limit ${perPage} offset ${offset}`
    const [{ total = 0 } = {}] = await sql<
      { total: number }[]
    >`select count(*)::int as total from auth.users`
    const users = await Promise.all(rows.map((row) => publicUser(sql, row)))
    c.header('x-total-count', String(total))
    return c.json({ users, aud: 'authenticated' })
  })

  routes.post('/users', async (c) => {
    const body: UserBody = await c.req.json()
    return c.json(await publicUser(sql, await add(body, body.email_confirm === true)))
  })

  routes.get('/users/:id', async (c) =>
    c.json(await publicUser(sql, await known(c.req.param('id')))),
  )

  routes.put('/users/:id', async (c) => {
    const user = await known(c.req.param('id'))
    const body: UserBody = await c.req.json()
    const email = body.email === undefined ? user.email : normalEmail(body.email)
    const hours = /^(\d+)h$/.exec(body.ban_duration ?? '')?.[1]
    const banned =
      body.ban_duration === undefined
        ? user.banned_until
        : hours
          ? new Date(Date.now() + Number(hours) * 3_600_000)
          : null
    await sql`
      update auth.users
      set email = ${email}, banned_until = ${banned},
        email_confirmed_at = ${body.email_confirm ? sql`coalesce(email_confirmed_at, now())` : sql`email_confirmed_at`},
        encrypted_password = ${body.password ? sql`extensions.crypt(${body.password}, extensions.gen_salt('bf', 4))` : sql`encrypted_password`},
        raw_user_meta_data = raw_user_meta_data || ${sql.json((body.user_metadata ?? {}) as never)},
        raw_app_meta_data = raw_app_meta_data || ${sql.json((body.app_metadata ?? {}) as never)},
        updated_at = now()
      where id = ${user.id}`
    return c.json(await publicUser(sql, await known(user.id)))
  })

  routes.delete('/users/:id', async (c) => {
    const user = await known(c.req.param('id'))
    await sql`delete from auth.users where id = ${user.id}`
    return c.json({})
  })

  routes.post('/generate_link', async (c) => {
    const body: {
      type?: string
      email?: string
      password?: string
      data?: Record<string, unknown>
      redirect_to?: string
    } = await c.req.json()
    const kind = kinds[body.type ?? '']
    if (!kind)
      throw new AuthError(
        400,
        'validation_failed',
        `Invalid email action link type requested: ${body.type}`,
      )
    const email = normalEmail(body.email)
    const redirectTo = context.redirect(body.redirect_to ?? c.req.query('redirect_to'))
    let user = await userByEmail(sql, email)
    if (!user && kind === 'recovery') throw new AuthError(404, 'user_not_found', 'User not found')
    user ??= await add({ ...body, user_metadata: body.data ?? {} }, false)
    const issued = await context.mailCode(kind, user, { redirectTo, quiet: true })
    const query = new URLSearchParams({
      token: issued.hash,
      type: body.type ?? '',
      redirect_to: redirectTo,
    })
    return c.json({
      ...(await publicUser(sql, user)),
      action_link: `${new URL(c.req.url).origin}/auth/v1/verify?${query}`,
      email_otp: issued.code,
      hashed_token: issued.hash,
      redirect_to: redirectTo,
      verification_type: body.type,
    })
  })

  return routes
}
