import { createClient } from '@supabase/supabase-js'
import { z } from 'zod'
import { type Env, required } from './env.ts'
import { Refusal } from './problems.ts'

/** Who is signed in. */
export interface User {
  id: string
  email: string | undefined
}

/** Asks the auth server whose access token this is; null when it is nobody's. */
export type AskAuth = (token: string) => Promise<User | null>

/** The publishable keys of the project, as the platform hands them to functions. */
export function publishableKeys(env: Env): string[] {
  const keys = JSON.parse(required(env, 'SUPABASE_PUBLISHABLE_KEYS'))
  return Object.values(z.record(z.string(), z.string()).parse(keys))
}

/** Asks Supabase Auth. A token is checked against the row behind it, so a sign-out counts at once. */
export function authOf(env: Env): AskAuth {
  const client = createClient(required(env, 'SUPABASE_URL'), publishableKeys(env)[0] ?? '', {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: {
      fetch: (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(5000) }),
    },
  })
  return async (token) => {
    // A token of another database role is not a person's sign-in, whoever it names.
    const claims = await client.auth.getClaims(token).catch(() => null)
    if (claims?.data && claims.data.claims.role !== 'authenticated') return null
    const { data, error } = await client.auth.getUser(token)
    if (error && (error.status === undefined || error.status >= 500)) throw error
    return data.user ? { id: data.user.id, email: data.user.email } : null
  }
}

/**
 * The signed-in caller of a request, or null when it carries no access token (a publishable key as
 * bearer is none). Throws a 401 Refusal for a token that is not valid any more.
 */
export async function callerOf(
  request: Request,
  keys: string[],
  ask: AskAuth,
): Promise<User | null> {
  const token = /^Bearer\s+(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
  if (!token || keys.includes(token)) return null
  const user = await ask(token)
  if (!user) throw new Refusal(401, 'Your sign-in has ended', { remedy: 'Sign in again.' })
  return user
}

/** As callerOf, for doors that are for members only. */
export async function requireUser(request: Request, keys: string[], ask: AskAuth): Promise<User> {
  const user = await callerOf(request, keys, ask)
  if (!user) throw new Refusal(401, 'Sign in first', { remedy: 'Sign in, then try again.' })
  return user
}

/** Refuses a request that shows neither a user nor one of the project's publishable keys. */
export function requireKey(request: Request, keys: string[], user: User | null): void {
  const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1] ?? ''
  if (user || keys.includes(request.headers.get('apikey') ?? '') || keys.includes(bearer)) return
  throw new Refusal(401, 'The publishable key is missing', {
    remedy: 'Send it in the apikey header.',
  })
}
