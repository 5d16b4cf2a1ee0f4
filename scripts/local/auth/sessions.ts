import { randomBytes } from 'node:crypto'
import type { Sql } from 'postgres'
import type { Keys } from '../environment.ts'
import { AuthError } from './errors.ts'
import { publicUser, type UserRow, userById } from './users.ts'

export interface SessionSettings {
  sql: Sql
  keys: Keys
  /** Issuer: `<gateway>/auth/v1`. */
  issuer: string
  /** Seconds until an access token ends. */
  jwtExpiry: number
  /** Seconds in which a used refresh token still answers with its successor. */
  reuseInterval: number
}

const opaque = () => randomBytes(9).toString('base64url')

/** Throws for somebody who is banned at this moment. */
export function refuseBanned(user: UserRow, status: 400 | 403): void {
  if (user.banned_until && user.banned_until > new Date()) {
    throw new AuthError(status, 'user_banned', 'User is banned')
  }
}

/** Opens, renews and ends sessions; access tokens carry the claims that hosted puts into them. */
export function createSessions({ sql, keys, issuer, jwtExpiry, reuseInterval }: SessionSettings) {
  async function answer(user: UserRow, sessionId: string, refreshToken: string) {
    const methods = await sql<{ method: string; at: Date }[]>`
      select authentication_method as method, created_at as at from auth.mfa_amr_claims
      where session_id = ${sessionId}`
    const now = Math.floor(Date.now() / 1000)
    const accessToken = await keys.sign({
      iss: issuer,
      sub: user.id,
      aud: 'authenticated',
      iat: now,
      exp: now + jwtExpiry,
      email: user.email,
      phone: user.phone ?? '',
      app_metadata: user.raw_app_meta_data,
      user_metadata: user.raw_user_meta_data,
      role: user.role,
      aal: 'aal1',
      amr: methods.map(({ method, at }) => ({
        method,
        timestamp: Math.floor(at.getTime() / 1000),
      })),
      session_id: sessionId,
      is_anonymous: user.is_anonymous,
    })
    return {
      access_token: accessToken,
      token_type: 'bearer',
      expires_in: jwtExpiry,
      expires_at: now + jwtExpiry,
      refresh_token: refreshToken,
      user: await publicUser(sql, user),
    }
  }

  async function open(user: UserRow, method: string, userAgent: string | null = null) {
    refuseBanned(user, 400)
    const sessionId = crypto.randomUUID()
    const refreshToken = opaque()
    await sql.begin(async (tx) => {
      await tx`
        insert into auth.sessions (id, user_id, aal, user_agent)
        values (${sessionId}, ${user.id}, 'aal1', ${userAgent})`
      await tx`
        insert into auth.mfa_amr_claims (session_id, authentication_method)
        values (${sessionId}, ${method})`
      await tx`
        insert into auth.refresh_tokens (id, token, user_id, session_id)
        values (${crypto.randomUUID()}, ${refreshToken}, ${user.id}, ${sessionId})`
      await tx`update auth.users set last_sign_in_at = now(), updated_at = now() where id = ${user.id}`
    })
    return answer((await userById(sql, user.id)) ?? user, sessionId, refreshToken)
  }

  interface RefreshRow {
    token: string
    user_id: string
    session_id: string
    revoked: boolean
    age: number
  }

  async function refresh(token: string) {
    const successor = opaque()
    const outcome = await sql.begin(async (tx) => {
      const [row] = await tx<RefreshRow[]>`
        select token, user_id, session_id, revoked,
          extract(epoch from clock_timestamp() - updated_at)::float8 as age
        from auth.refresh_tokens where token = ${token} for update`
      if (!row) return 'refresh_token_not_found' as const
      if (!row.revoked) {
        await tx`update auth.refresh_tokens set revoked = true, updated_at = clock_timestamp() where token = ${token}`
        await tx`
          insert into auth.refresh_tokens (id, token, user_id, session_id, parent)
          values (${crypto.randomUUID()}, ${successor}, ${row.user_id}, ${row.session_id}, ${token})`
        await tx`update auth.sessions set refreshed_at = now() where id = ${row.session_id}`
        return { row, next: successor }
      }
      // Two tabs may use the same token at once; later than that it is theft.
      const [active] = await tx<{ token: string }[]>`
        select token from auth.refresh_tokens
        where session_id = ${row.session_id} and not revoked order by created_at desc limit 1`
      if (active && row.age <= reuseInterval) return { row, next: active.token }
      await tx`delete from auth.sessions where id = ${row.session_id}`
      return 'refresh_token_already_used' as const
    })
    if (typeof outcome === 'string') {
      const what =
        outcome === 'refresh_token_not_found' ? 'Refresh Token Not Found' : 'Already Used'
      throw new AuthError(400, outcome, `Invalid Refresh Token: ${what}`)
    }
    const user = await userById(sql, outcome.row.user_id)
    if (!user) throw new AuthError(400, 'user_not_found', 'User not found')
    refuseBanned(user, 400)
    return answer(user, outcome.row.session_id, outcome.next)
  }

  async function end(userId: string, sessionId: string, scope: string): Promise<void> {
    if (scope === 'local') await sql`delete from auth.sessions where id = ${sessionId}`
    else if (scope === 'others') {
      await sql`delete from auth.sessions where user_id = ${userId} and id <> ${sessionId}`
    } else await sql`delete from auth.sessions where user_id = ${userId}`
  }

  async function exists(sessionId: string): Promise<boolean> {
    const rows = await sql`select from auth.sessions where id = ${sessionId}`
    return rows.length > 0
  }

  return { open, refresh, end, exists }
}

export type Sessions = ReturnType<typeof createSessions>
