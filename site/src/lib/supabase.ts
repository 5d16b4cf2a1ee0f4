import { AuthClient, isAuthRetryableFetchError, type Session } from '@supabase/auth-js'
import { PostgrestClient } from '@supabase/postgrest-js'
import type { Database } from '../../../supabase/database.types.ts'
import { forget } from './kept.ts'
import { forgetRole } from './role.ts'

// The two parts of supabase-js that the site uses; the whole would be twice the bytes.
const url = import.meta.env.PUBLIC_SUPABASE_URL ?? ''
const key = import.meta.env.PUBLIC_SUPABASE_PUBLISHABLE_KEY ?? ''

export const auth = new AuthClient({
  url: `${url}/auth/v1`,
  headers: { apikey: key },
  storageKey: 'commons-session',
  flowType: 'implicit',
  // The mailed link carries a token hash to /auth/confirm; no page reads a session from its address.
  detectSessionInUrl: false,
})

const patienceMs = 8000 // the auth client itself would try for half a minute

/**
 * The session of who is signed in, refreshed when it is about to end; null for nobody. Throws a TypeError when the
 * server could not be reached: who is offline has not been signed out.
 */
export async function session(): Promise<Session | null> {
  const patience = new Promise<never>((_resolve, reject) =>
    setTimeout(() => reject(new TypeError('the server did not answer')), patienceMs),
  )
  const { data, error } = await Promise.race([auth.getSession(), patience])
  if (error && isAuthRetryableFetchError(error)) throw new TypeError(error.message)
  return data.session
}

/** Ends the session in this browser, and forgets what was kept here for who was signed in. */
export async function signOut(): Promise<void> {
  await auth.signOut({ scope: 'local' })
  forget()
  forgetRole()
}

/** Forgets in this browser who was signed in, where the server knows of no session any more. */
export function forgetSession(): void {
  localStorage.removeItem('commons-session')
  forget()
  forgetRole()
}

/** The Data API as whoever is signed in. What comes back is decided by row level security. */
export const db = new PostgrestClient<Database>(`${url}/rest/v1`, {
  headers: { apikey: key },
  fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
    const headers = new Headers(init?.headers)
    const token = (await session())?.access_token
    if (token) headers.set('authorization', `Bearer ${token}`)
    return fetch(input, { ...init, headers })
  },
})
