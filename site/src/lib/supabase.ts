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
  forgetSession()
}

/** Forgets in this browser who was signed in, where the server knows of no session any more. */
export function forgetSession(): void {
  localStorage.removeItem('commons-session')
  forget()
  forgetRole()
}

/**
 * The access token that this browser holds, while it is good for minutes to come. The auth client would be asked in
 * turns, and a page that is being left has none: what was pressed a moment before would never be sent.
 */
function heldToken(): string | undefined {
  try {
    const held = JSON.parse(localStorage.getItem('commons-session') ?? '{}') as Partial<Session>
    return (held.expires_at ?? 0) * 1000 - Date.now() > refreshMs ? held.access_token : undefined
  } catch {
    return undefined
  }
}
const refreshMs = 120_000 // a little more than the margin in which the auth client refreshes

// Of a page that is gone, a browser sends on up to 64 KiB at a time. Half of that is ours: an answer that is still
// being read counts as well.
const carriable = 32_000
let carried = 0

/** Sends a request; what somebody pressed goes on its way also when she leaves the page in that moment. */
async function send(input: RequestInfo | URL, init: RequestInit): Promise<Response> {
  const size = typeof init.body === 'string' ? new TextEncoder().encode(init.body).length : 0
  // A question that can be called off (a search, as she types) is worth nothing to a page that is gone.
  const changes = init.method !== 'GET' && !init.signal
  if (!changes || carried + size > carriable) return fetch(input, init)
  carried += size
  try {
    return await fetch(input, { ...init, keepalive: true })
  } finally {
    carried -= size
  }
}

/** The Data API as whoever is signed in. What comes back is decided by row level security. */
export const db = new PostgrestClient<Database>(`${url}/rest/v1`, {
  headers: { apikey: key },
  fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
    const headers = new Headers(init?.headers)
    const token = heldToken() ?? (await session())?.access_token
    if (token) headers.set('authorization', `Bearer ${token}`)
    return send(input, { ...init, headers })
  },
})
