import { createLocalJWKSet, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose'
import type { Keys } from './environment.ts'
import { json } from './http.ts'

export interface Caller {
  role: string
  claims: JWTPayload
  /** The token as sent, when the caller sent one of ours. */
  token?: string
}

const browser = /mozilla|chrome|safari|firefox|edg\//i

function refuse(message: string, code: string, hint?: string): Response {
  return json(401, hint ? { message, hint } : { message }, { 'sb-error-code': code })
}

function bearerOf(request: Request): string | undefined {
  return request.headers.get('authorization')?.match(/^bearer\s+(.+)$/i)?.[1]
}

/** PostgREST's answers to a token that it cannot take. */
function refuseToken(error: unknown, token: string): Response {
  const answer = (code: string, message: string, details: string | null = null) =>
    json(
      401,
      { code, details, hint: null, message },
      {
        'www-authenticate': `Bearer error="invalid_token", error_description="${message}"`,
      },
    )
  const parts = token.split('.').length
  if (parts !== 3) return answer('PGRST301', `Expected 3 parts in JWT; got ${parts}`)
  if (error instanceof errors.JWTExpired) return answer('PGRST303', 'JWT expired')
  if (error instanceof errors.JWTClaimValidationFailed) {
    return answer('PGRST303', error.claim === 'nbf' ? 'JWT not yet valid' : 'JWT claims invalid')
  }
  const details = 'None of the keys was able to decode the JWT'
  return answer('PGRST301', 'No suitable key or wrong key type', details)
}

/** Checks API keys and access tokens as the hosted gateway and PostgREST do together. */
export function createCredentials(keys: Keys) {
  const keySet = createLocalJWKSet(keys.jwks)
  const legacySecret = new TextEncoder().encode(keys.legacySecret)

  /** The claims of one of our tokens. Throws jose's errors. */
  async function verify(token: string): Promise<JWTPayload> {
    // Each algorithm has a key of its own: the public key is never taken for a shared secret.
    if (decodeProtectedHeader(token).alg === 'HS256') {
      return (await jwtVerify(token, legacySecret, { algorithms: ['HS256'] })).payload
    }
    return (await jwtVerify(token, keySet, { algorithms: ['ES256'] })).payload
  }

  /** Which key came with the request: its role, or the refusal. */
  function apiKey(request: Request): 'anon' | 'service_role' | Response {
    const query = new URL(request.url).searchParams
    const key = request.headers.get('apikey') ?? query.get('apikey')
    if (!key) {
      const hint = 'No `apikey` request header or url param was found.'
      return refuse('No API key found in request', 'UNAUTHORIZED_MISSING_API_KEY', hint)
    }
    if (key === keys.publishable) return 'anon'
    if (key === keys.secret) {
      if (!browser.test(request.headers.get('user-agent') ?? '')) return 'service_role'
      const code = 'UNAUTHORIZED_INVALID_API_KEY_TYPE'
      return refuse('Forbidden use of secret API key in browser', code)
    }
    const hint = 'Double check your Supabase `apikey`'
    return refuse('Invalid API key', 'UNAUTHORIZED_INVALID_API_KEY', hint)
  }

  /** Who is calling: the key's role, unless an access token says otherwise. */
  async function caller(request: Request): Promise<Caller | Response> {
    const role = apiKey(request)
    if (role instanceof Response) return role
    const token = bearerOf(request)
    // An API key is not a token: on Authorization it says nothing.
    if (!token || token.startsWith('sb_')) return { role, claims: { role } }
    try {
      const claims = await verify(token)
      const claimed = typeof claims.role === 'string' ? claims.role : 'anon'
      return { role: claimed, claims, token }
    } catch (error) {
      return refuseToken(error, token)
    }
  }

  return { verify, apiKey, caller, bearerOf }
}

export type Credentials = ReturnType<typeof createCredentials>
