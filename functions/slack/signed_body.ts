import { createHmac, timingSafeEqual } from 'node:crypto'
import { readBytes } from '../_shared/body.ts'
import { optional, required } from '../_shared/env.ts'
import type { Ctx } from '../_shared/http.ts'
import { Refusal } from '../_shared/problems.ts'
import { complaints, type Verdict } from '../_shared/signature.ts'
import type { DoorDeps } from './deps.ts'

const LIMIT = 1024 * 1024
const MAX_AGE_SECONDS = 300

/**
 * The body of a request that Slack signed: `X-Slack-Signature` is `v0=` and the HMAC-SHA256 of `v0:<time>:<raw body>`.
 * Throws a Refusal for anything else, and for times more than five minutes from now.
 */
export async function readSigned(c: Ctx, deps: DoorDeps): Promise<string> {
  const secrets = [required(deps.env, 'SLACK_SIGNING_SECRET')]
  const previous = optional(deps.env, 'SLACK_SIGNING_SECRET_PREVIOUS')
  if (previous) secrets.push(previous)
  const bytes = await readBytes(c.req.raw, LIMIT)
  const verdict = verify(
    bytes,
    c.req.header('x-slack-request-timestamp'),
    c.req.header('x-slack-signature'),
    secrets,
    deps.now(),
  )
  if (verdict !== 'valid') throw new Refusal(verdict === 'missing' ? 400 : 401, complaint(verdict))
  return new TextDecoder().decode(bytes)
}

const complaint = (verdict: Exclude<Verdict, 'valid'>) =>
  verdict === 'malformed' ? 'The signature header is not of the form v0=…' : complaints[verdict]

/** Whether one of these secrets signed the body, at about this time. */
export function verify(
  body: Uint8Array,
  time: string | undefined,
  header: string | undefined,
  secrets: readonly string[],
  now: Date,
): Verdict {
  if (!header || !time) return 'missing'
  const given = /^v0=([0-9a-f]{64})$/.exec(header)?.[1]
  if (!given || !/^\d{1,12}$/.test(time)) return 'malformed'
  const signature = Buffer.from(given, 'hex')
  const isSigned = secrets.some(
    (secret) =>
      secret !== '' &&
      timingSafeEqual(
        signature,
        createHmac('sha256', secret).update(`v0:${time}:`).update(body).digest(),
      ),
  )
  if (!isSigned) return 'wrong'
  // Only after the signature: what is not signed says nothing about its age.
  const age = Math.floor(now.getTime() / 1000) - Number(time)
  if (age > MAX_AGE_SECONDS) return 'stale'
  return age < -MAX_AGE_SECONDS ? 'future' : 'valid'
}
