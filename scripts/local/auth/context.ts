import postgres, { type Sql } from 'postgres'
import type { Credentials } from '../credentials.ts'
import type { Keys } from '../environment.ts'
import type { Mailbox } from '../mailbox.ts'
import { type Project, seconds } from '../project.ts'
import { AuthError } from './errors.ts'
import { createMail, type MailKind, type Send } from './mail.ts'
import { type Issued, issue, type TokenType } from './one-time.ts'
import { safeRedirect } from './redirects.ts'
import { createSessions, refuseBanned, type Sessions } from './sessions.ts'
import { type UserRow, userById } from './users.ts'

export interface AuthOptions {
  /** Connection string of supabase_auth_admin. */
  url: string
  keys: Keys
  credentials: Credentials
  mailbox: Mailbox
  project: Project
  gatewayUrl: string
  siteUrl: string
}

/** What every route of the auth server needs. */
export interface AuthContext {
  sql: Sql
  settings: Project['auth']
  credentials: Credentials
  keys: Keys
  sessions: Sessions
  send: Send
  siteUrl: string
  redirect(asked: string | null | undefined): string
  /** Makes a code for a user and mails it. Throws 429 when the last one is too fresh. */
  mailCode(kind: MailKind, user: UserRow, options: MailCode): Promise<Issued>
  /** The signed-in user of a request. Throws 401 or 403. */
  signedIn(request: Request): Promise<{ user: UserRow; sessionId: string }>
}

export interface MailCode {
  redirectTo: string
  pkce?: boolean
  to?: string
  type?: TokenType
  quiet?: boolean
}

const tokenTypes: Record<MailKind, TokenType> = {
  confirmation: 'confirmation_token',
  invite: 'confirmation_token',
  magic_link: 'recovery_token',
  recovery: 'recovery_token',
  email_change: 'email_change_token_new',
}

export function createAuthContext(options: AuthOptions): AuthContext {
  const { keys, credentials, project, siteUrl, gatewayUrl } = options
  const settings = project.auth
  const sql = postgres(options.url, { max: 8, onnotice: () => {} })
  const authUrl = `${gatewayUrl}/auth/v1`
  const sessions = createSessions({
    sql,
    keys,
    issuer: authUrl,
    jwtExpiry: settings.jwt_expiry,
    reuseInterval: settings.refresh_token_reuse_interval,
  })
  const send = createMail({ mailbox: options.mailbox, project, siteUrl, authUrl })

  async function refuseHaste(user: UserRow, kind: MailKind) {
    const column = kind === 'confirmation' ? 'confirmation_sent_at' : 'recovery_sent_at'
    const last = user[column]
    const wait = seconds(settings.email.max_frequency)
    const left = last ? Math.ceil(wait - (Date.now() - last.getTime()) / 1000) : 0
    if (left > 0) {
      const sentence = `For security purposes, you can only request this after ${left} seconds.`
      throw new AuthError(429, 'over_email_send_rate_limit', sentence)
    }
    await sql`update auth.users set ${sql({ [column]: new Date() })} where id = ${user.id}`
  }

  return {
    sql,
    settings,
    credentials,
    keys,
    sessions,
    send,
    siteUrl,
    // The site of this stack may live on another port than config.toml says.
    redirect: (asked) => safeRedirect(asked, siteUrl, settings.additional_redirect_urls),
    async mailCode(kind, user, { redirectTo, pkce = false, to, type, quiet = false }) {
      const email = to ?? user.email
      if (!quiet && kind !== 'email_change') await refuseHaste(user, kind)
      const issued = await issue(sql, {
        userId: user.id,
        type: type ?? tokenTypes[kind],
        email,
        length: settings.email.otp_length,
        pkce,
      })
      const mail = { to: email, issued, redirectTo, data: user.raw_user_meta_data }
      if (!quiet) send(kind, user.email_change ? { ...mail, newEmail: user.email_change } : mail)
      return issued
    },
    async signedIn(request) {
      const token = credentials.bearerOf(request)
      if (!token || token.startsWith('sb_')) {
        const sentence = 'This endpoint requires a valid Bearer token'
        throw new AuthError(401, 'no_authorization', sentence)
      }
      const claims = await credentials.verify(token).catch((error: Error) => {
        const sentence = `invalid JWT: unable to parse or verify signature, ${error.message}`
        throw new AuthError(403, 'bad_jwt', sentence)
      })
      if (!claims.sub) throw new AuthError(403, 'bad_jwt', 'invalid claim: missing sub claim')
      const user = await userById(sql, claims.sub)
      if (!user)
        throw new AuthError(403, 'user_not_found', 'User from sub claim in JWT does not exist')
      const sessionId = typeof claims.session_id === 'string' ? claims.session_id : ''
      if (sessionId && !(await sessions.exists(sessionId))) {
        const sentence = 'Session from session_id claim in JWT does not exist'
        throw new AuthError(403, 'session_not_found', sentence)
      }
      refuseBanned(user, 403)
      return { user, sessionId }
    },
  }
}
