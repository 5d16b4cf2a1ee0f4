import { Problem } from './problem.ts'

const url = import.meta.env.PUBLIC_SUPABASE_URL ?? ''
const key = import.meta.env.PUBLIC_SUPABASE_PUBLISHABLE_KEY ?? ''

/** The access token of who is signed in. Loads the auth client only when this browser holds a session at all. */
export async function accessToken(): Promise<string | undefined> {
  if (localStorage.getItem('commons-session') === null) return undefined
  const { session } = await import('./supabase.ts')
  return (await session())?.access_token
}

/**
 * Asks an Edge Function as whoever is signed in, with JSON or with a file, and returns what it answers.
 * Throws a Problem in the function's words.
 */
export async function knock(path: string, body: object | Blob): Promise<Record<string, unknown>> {
  const token = await accessToken()
  const file = body instanceof Blob
  const response = await fetch(`${url}/functions/v1/${path}`, {
    method: 'POST',
    headers: {
      'content-type': file ? body.type : 'application/json',
      apikey: key,
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body: file ? body : JSON.stringify(body),
  })
  const answer = await response.json().catch(() => ({}))
  if (response.ok) return answer
  const { message, field, remedy } = answer.error ?? {}
  if (!message) throw new Error(`${path} answered ${response.status}`)
  throw new Problem(message, { status: response.status, field, remedy })
}

/** Asks an Edge Function for an address to go to. Throws a Problem with what the function answered. */
export async function openDoor(path: string, body: object): Promise<string> {
  const { url: address } = await knock(path, body)
  if (typeof address !== 'string') throw new Error(`${path} answered no address`)
  return address
}
