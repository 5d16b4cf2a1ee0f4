import { AuthClient, type Session } from '@supabase/auth-js'
import { PostgrestClient } from '@supabase/postgrest-js'
import type { Database } from '../../../supabase/database.types.ts'

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

/** The session of who is signed in, refreshed when it is about to end; null for nobody. */
export async function session(): Promise<Session | null> {
  const { data } = await auth.getSession()
  return data.session
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
