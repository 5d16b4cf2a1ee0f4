import { createHash, randomInt } from 'node:crypto'
import type { Sql } from 'postgres'
import { otpExpired } from './errors.ts'

/** Supabase Auth keeps what it mailed under these names. */
export type TokenType =
  | 'confirmation_token'
  | 'recovery_token'
  | 'email_change_token_new'
  | 'email_change_token_current'

export interface Issued {
  code: string
  hash: string
}

export const hashOf = (email: string, code: string) =>
  createHash('sha224').update(`${email}${code}`).digest('hex')

/** A fresh code for an address; an older one of the same kind stops working. */
export async function issue(
  sql: Sql,
  options: { userId: string; type: TokenType; email: string; length: number; pkce: boolean },
): Promise<Issued> {
  const { userId, type, email, length, pkce } = options
  const code = String(randomInt(0, 10 ** length)).padStart(length, '0')
  const hash = `${pkce ? 'pkce_' : ''}${hashOf(email, code)}`
  await sql`
    insert into auth.one_time_tokens (user_id, token_type, token_hash, relates_to)
    values (${userId}, ${type}, ${hash}, ${email})
    on conflict (user_id, token_type) do update
    set token_hash = excluded.token_hash, relates_to = excluded.relates_to,
      created_at = now(), updated_at = now()`
  return { code, hash }
}

const typesOf: Record<string, TokenType[]> = {
  signup: ['confirmation_token', 'recovery_token'],
  invite: ['confirmation_token'],
  magiclink: ['recovery_token', 'confirmation_token'],
  email: ['recovery_token', 'confirmation_token'],
  recovery: ['recovery_token'],
  email_change: ['email_change_token_new', 'email_change_token_current'],
}

export interface Consumed {
  user_id: string
  token_type: TokenType
  relates_to: string
  token_hash: string
}

/**
 * Takes a mailed token out of the table; it works once. Throws otp_expired when there is none,
 * when it is too old, or when the verification type does not fit it.
 */
export async function consume(
  sql: Sql,
  verification: string,
  hash: string,
  expiry: number,
): Promise<Consumed> {
  const types = typesOf[verification]
  if (!types) throw otpExpired()
  const bare = hash.replace(/^pkce_/, '')
  const [token] = await sql<Consumed[]>`
    delete from auth.one_time_tokens
    where token_hash in (${bare}, ${`pkce_${bare}`}) and token_type in ${sql(types)}
      and created_at > now() - make_interval(secs => ${expiry})
    returning user_id, token_type, relates_to, token_hash`
  if (!token) throw otpExpired()
  return token
}
