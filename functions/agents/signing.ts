import { importJWK, type JWK, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import { type Env, lazy, MissingSetting, required } from '../_shared/env.ts'

/** How long a token lives, in seconds. The database refuses those that say more (private.agent_claims). */
export const LIFETIME = 300

const NAME = 'AGENT_SIGNING_KEY'
const AUDIENCE = 'agents'

/** What a token says. `sub` is the key's id and never a member's: a member's would open her account at the auth server. */
const claimsShape = z.object({
  role: z.literal('agent'),
  aud: z.literal(AUDIENCE),
  sub: z.guid(),
  secret_id: z.guid(),
  jti: z.guid(),
  scopes: z.array(z.string()),
  iat: z.int(),
  exp: z.int(),
})
export type AgentClaims = z.infer<typeof claimsShape>

/** The two kinds of key that the Data API takes: the project's own signing key, or its older shared secret. */
const ellipticShape = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  kid: z.string().min(1),
  x: z.string(),
  y: z.string(),
  d: z.string(),
})
const sharedShape = z.object({
  kty: z.literal('oct'),
  kid: z.string().min(1).optional(),
  // 32 bytes at least: whoever guesses it is every agent.
  k: z.string().min(43),
})

export interface SigningKey {
  sign(
    claims: Pick<AgentClaims, 'sub' | 'secret_id' | 'jti' | 'scopes'>,
    now: Date,
  ): Promise<string>
  /** The claims of one of our tokens that has not ended; null for anything else. */
  verify(token: string, now: Date): Promise<AgentClaims | null>
}

/**
 * The key in AGENT_SIGNING_KEY, a JWK. Which algorithm it is for follows from its kind and never from a token, so that
 * nobody passes off a public key as a shared secret. What is there and no such key counts as missing: fail closed.
 */
export function readSigningKey(env: Env): SigningKey {
  const jwk = parse(required(env, NAME))
  const alg = jwk.kty === 'EC' ? 'ES256' : 'HS256'
  const header = { alg, typ: 'JWT', ...(jwk.kid ? { kid: jwk.kid } : {}) }
  const signer = lazy(() => importJWK(jwk as JWK, alg))
  const checker = lazy(() => importJWK(publicPart(jwk), alg))
  return {
    async sign(claims, now) {
      const iat = Math.floor(now.getTime() / 1000)
      const payload = { role: 'agent', aud: AUDIENCE, ...claims, iat, exp: iat + LIFETIME }
      return await new SignJWT(payload as JWTPayload)
        .setProtectedHeader(header)
        .sign(await signer())
    },
    async verify(token, now) {
      const key = await checker()
      const options = { algorithms: [alg], audience: AUDIENCE, currentDate: now }
      const verified = await jwtVerify(token, key, options).catch(() => null)
      if (!verified || verified.protectedHeader.kid !== jwk.kid) return null
      const { data } = claimsShape.safeParse(verified.payload)
      return data && isShort(data, now) ? data : null
    },
  }
}

/** Whether a token lives as ours do. Clocks of two machines may differ by seconds. */
function isShort({ iat, exp }: AgentClaims, now: Date): boolean {
  return exp - iat <= LIFETIME && exp <= now.getTime() / 1000 + LIFETIME + 10
}

function parse(text: string): z.infer<typeof ellipticShape> | z.infer<typeof sharedShape> {
  try {
    return z.discriminatedUnion('kty', [ellipticShape, sharedShape]).parse(JSON.parse(text))
  } catch {
    // Not said why: the words of the error would hold parts of the key.
    throw new MissingSetting(NAME)
  }
}

function publicPart(jwk: ReturnType<typeof parse>): JWK {
  if (jwk.kty === 'oct') return jwk
  const { d: _private, ...shown } = jwk
  return shown
}
