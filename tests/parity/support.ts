import { createClient, type Session, type SupabaseClient } from '@supabase/supabase-js'
import { importJWK, type JWK, type JWTPayload, SignJWT } from 'jose'
import { afterAll, inject } from 'vitest'

/** A project that these tests speak to: the running test stack, or the one that PARITY_URL names. */
export interface Target {
  url: string
  publishable: string
  secret: string
  /** Where mail can be read; undefined where it really leaves. */
  mailbox: string | undefined
  /** Signs a token as the project would; undefined where its signing key is not ours to use. */
  sign: ((claims: JWTPayload) => Promise<string>) | undefined
  /** Where policies for the tests' own bucket can be made, as the role `postgres`. */
  database: string
}

function required(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`PARITY_URL is set, so ${name} must be set too`)
  return value
}

function signerOf(key: string | undefined): Target['sign'] {
  if (!key) return undefined
  const { key_ops: _operations, ...jwk } = JSON.parse(key) as JWK
  return async (claims) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: jwk.kid ?? '' })
      .sign(await importJWK(jwk, 'ES256'))
}

async function findTarget(): Promise<Target> {
  const url = process.env.PARITY_URL
  if (url) {
    return {
      url: url.replace(/\/$/, ''),
      publishable: required('PARITY_PUBLISHABLE_KEY'),
      secret: required('PARITY_SECRET_KEY'),
      mailbox: process.env.PARITY_MAILBOX_URL,
      database: required('PARITY_DATABASE_URL'),
      sign: signerOf(process.env.PARITY_SIGNING_KEY),
    }
  }
  const { loadKeys } = await import('../../scripts/local/environment.ts')
  const { runFolder } = await import('../../scripts/local/run-folder.ts')
  const urls = inject('urls')
  const keys = await loadKeys(runFolder(inject('stackName')))
  return { url: urls.api, mailbox: urls.mailbox, database: urls.database, ...keys }
}

export const target = await findTarget()

const options = { auth: { persistSession: false, autoRefreshToken: false } }

/** A client nobody has signed in with. */
export const visitor = (): SupabaseClient => createClient(target.url, target.publishable, options)

/** The client of a server that holds the secret key. */
export const admin = createClient(target.url, target.secret, options)

export interface Person {
  id: string
  email: string
  session: Session
  client: SupabaseClient
}

const made: string[] = []
afterAll(async () => {
  await Promise.all(made.splice(0).map((id) => admin.auth.admin.deleteUser(id)))
})

export const freshEmail = (): string => `parity.${crypto.randomUUID().slice(0, 8)}@example.org`

/** A user with a confirmed address; taken out again after the tests of the file. */
export async function makeUser(email = freshEmail()): Promise<{ id: string; email: string }> {
  const { data, error } = await admin.auth.admin.createUser({ email, email_confirm: true })
  if (error) throw error
  made.push(data.user.id)
  return { id: data.user.id, email }
}

/** Opens a further session for a user, without mail, in a client of its own. */
export async function openSession(email: string): Promise<Omit<Person, 'id' | 'email'>> {
  const link = await admin.auth.admin.generateLink({ type: 'magiclink', email })
  if (link.error) throw link.error
  const client = visitor()
  const token_hash = link.data.properties.hashed_token
  const { data, error } = await client.auth.verifyOtp({ type: 'email', token_hash })
  if (error) throw error
  if (!data.session) throw new Error('the link opened no session')
  return { client, session: data.session }
}

/** A fresh user who is signed in. */
export async function makePerson(): Promise<Person> {
  const user = await makeUser()
  return { ...user, ...(await openSession(user.email)) }
}

export interface Answer {
  status: number
  headers: Headers
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: what comes back is what the tests look at
  body: any
}

/** One plain HTTP request with the publishable key; a header given as `undefined` is left out. */
export async function ask(
  path: string,
  init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string | undefined> } = {},
): Promise<Answer> {
  const wanted = { apikey: target.publishable, ...init.headers }
  const given = Object.entries(wanted).filter(([, value]) => value !== undefined)
  const response = await fetch(`${target.url}${path}`, {
    redirect: 'manual',
    ...init,
    headers: given as [string, string][],
  })
  const text = await response.text()
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    // Not JSON: the text is all there is.
  }
  return { status: response.status, headers: response.headers, text, body }
}
