import { createHash } from 'node:crypto'
import { errors, jwtVerify, SignJWT } from 'jose'
import { invalidToken } from './errors.ts'

export interface Ticket {
  /** `<bucket>/<path>`: a ticket is good for one file. */
  url: string
  /** On a ticket for an upload: who asked for it, and whether it may replace a file. */
  owner?: string
  upsert?: boolean
}

/** Signs and reads the tokens of signed URLs, which are good for one file and a short time. */
export function createTokens(secret: string) {
  const key = createHash('sha256').update(`storage ${secret}`).digest()
  return {
    sign(ticket: Ticket, seconds: number): Promise<string> {
      const now = Math.floor(Date.now() / 1000)
      return new SignJWT({ ...ticket })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuedAt(now)
        .setExpirationTime(now + seconds)
        .sign(key)
    },
    async read(token: string | null, url: string): Promise<Ticket> {
      if (!token) throw invalidToken("querystring must have required property 'token'")
      const { payload } = await jwtVerify<Ticket>(token, key).catch((error: unknown) => {
        if (error instanceof errors.JOSEError) throw invalidToken(error.message)
        throw error
      })
      if (payload.url !== url) throw invalidToken('The url do not match the signature')
      return payload
    },
  }
}

export type Tokens = ReturnType<typeof createTokens>
