import type { Sql } from 'postgres'
import { AuthError } from './errors.ts'

export interface UserRow {
  id: string
  aud: string
  role: string
  email: string
  phone: string | null
  encrypted_password: string | null
  email_confirmed_at: Date | null
  confirmed_at: Date | null
  invited_at: Date | null
  confirmation_sent_at: Date | null
  recovery_sent_at: Date | null
  email_change: string | null
  email_change_sent_at: Date | null
  email_change_confirm_status: number
  last_sign_in_at: Date | null
  banned_until: Date | null
  raw_app_meta_data: Record<string, unknown>
  raw_user_meta_data: Record<string, unknown>
  is_anonymous: boolean
  created_at: Date
  updated_at: Date
}

/** Addresses are compared in lower case, as Supabase Auth does. Throws 400 for what is none. */
export function normalEmail(email: unknown): string {
  if (typeof email !== 'string' || !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email.trim())) {
    throw new AuthError(
      400,
      'validation_failed',
      'Unable to validate email address: invalid format',
    )
  }
  return email.trim().toLowerCase()
}

export async function userByEmail(sql: Sql, email: string): Promise<UserRow | undefined> {
  const [user] = await sql<UserRow[]>`select * from auth.users where email = ${email}`
  return user
}

export async function userById(sql: Sql, id: string): Promise<UserRow | undefined> {
  if (!/^[0-9a-f-]{36}$/i.test(id)) return undefined
  const [user] = await sql<UserRow[]>`select * from auth.users where id = ${id}`
  return user
}

export interface NewUser {
  id?: string
  email: string
  password?: string
  confirmed?: boolean
  userMetadata?: Record<string, unknown>
  appMetadata?: Record<string, unknown>
  role?: string
}

/** Makes a user and the e-mail identity that belongs to it. */
export async function createUser(sql: Sql, user: NewUser): Promise<UserRow> {
  const id = user.id ?? crypto.randomUUID()
  const appMetadata = { provider: 'email', providers: ['email'], ...user.appMetadata }
  const identity = { sub: id, email: user.email, email_verified: user.confirmed ?? false }
  return sql.begin(async (tx) => {
    const [row] = await tx<UserRow[]>`
      insert into auth.users
        (id, email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data, role)
      values (
        ${id}, ${user.email},
        ${user.password ? tx`extensions.crypt(${user.password}, extensions.gen_salt('bf', 4))` : null},
        ${user.confirmed ? tx`now()` : null},
        ${tx.json(appMetadata as never)}, ${tx.json((user.userMetadata ?? {}) as never)},
        ${user.role ?? 'authenticated'})
      returning *`
    await tx`
      insert into auth.identities (id, provider, provider_id, user_id, identity_data)
      values (${crypto.randomUUID()}, 'email', ${id}, ${id}, ${tx.json(identity)})`
    return row as UserRow
  })
}

export async function passwordMatches(sql: Sql, user: UserRow, password: string): Promise<boolean> {
  if (!user.encrypted_password) return false
  const [row] = await sql<{ ok: boolean }[]>`
    select extensions.crypt(${password}, ${user.encrypted_password}) = ${user.encrypted_password} as ok`
  return row?.ok === true
}

/** A user as the API shows it. */
export async function publicUser(sql: Sql, user: UserRow) {
  const identities = await sql`
    select id as identity_id, provider_id as id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at, email
    from auth.identities where user_id = ${user.id}`
  const optional = {
    email_confirmed_at: user.email_confirmed_at,
    confirmed_at: user.confirmed_at,
    invited_at: user.invited_at,
    confirmation_sent_at: user.confirmation_sent_at,
    recovery_sent_at: user.recovery_sent_at,
    new_email: user.email_change || null,
    email_change_sent_at: user.email_change_sent_at,
    last_sign_in_at: user.last_sign_in_at,
    banned_until: user.banned_until,
  }
  const present = Object.entries(optional).filter(([, value]) => value !== null)
  return {
    id: user.id,
    aud: user.aud,
    role: user.role,
    email: user.email,
    phone: user.phone ?? '',
    ...Object.fromEntries(present),
    app_metadata: user.raw_app_meta_data,
    user_metadata: user.raw_user_meta_data,
    identities: [...identities],
    created_at: user.created_at,
    updated_at: user.updated_at,
    is_anonymous: user.is_anonymous,
  }
}
