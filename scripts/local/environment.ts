import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateApiKey } from '@supabase/lite'
import { exportJWK, generateKeyPair, importJWK, type JWK, type JWTPayload, SignJWT } from 'jose'

/** The ports of one stack. Every one of them is on 127.0.0.1. */
export interface Ports {
  gateway: number
  postgres: number
  mailbox: number
  site: number
  stripe: number
  mailchimp: number
  vimeo: number
  luma: number
  slack: number
  resend: number
}

export const devPorts: Ports = {
  gateway: 54321,
  postgres: 54322,
  mailbox: 54324,
  site: 4321,
  stripe: 12111,
  mailchimp: 12112,
  vimeo: 12113,
  luma: 12114,
  slack: 12115,
  resend: 12116,
}

/**
 * `npm test` runs beside `npm start`. Below the range that the kernel gives to outgoing connections, so that none of
 * them sits on a port of ours.
 */
export const testPorts: Ports = {
  gateway: 15321,
  postgres: 15322,
  mailbox: 15323,
  site: 5421,
  stripe: 13111,
  mailchimp: 13112,
  vimeo: 13113,
  // The stacks of a run lie three ports apart, so the next three providers have a hundred of their own.
  luma: 13311,
  slack: 13312,
  resend: 13313,
}

/**
 * How far a run of tests is shifted to higher ports, by COMMONS_TEST_SHIFT, so that two runs do not meet. A run takes
 * ten ports of each hundred: one for the rules, three for each of its stacks.
 */
export function testShift(asked: string | undefined): number {
  const shift = Number(asked ?? 0)
  if (!Number.isInteger(shift) || shift < 0 || shift > 95)
    throw new Error('COMMONS_TEST_SHIFT is a whole number from 0 to 95.')
  return shift
}

/** The same ports, all of them higher by the shift. */
export const shifted = (ports: Ports, shift: number): Ports =>
  Object.fromEntries(
    Object.entries(ports).map(([name, port]) => [name, port + shift]),
  ) as unknown as Ports

/** The keys of one stack, as a hosted project has them. */
export interface Keys {
  publishable: string
  secret: string
  /** Public part of the signing key, as served and as given to functions. */
  jwks: { keys: JWK[] }
  /** Signs claims as this stack's auth server would. `exp` defaults to one hour from now. */
  sign(claims: JWTPayload): Promise<string>
  /** The signing key with its private part: what AGENT_SIGNING_KEY holds on a hosted project. */
  signing: JWK
  /** The shared secret of older projects. Tokens that it signed (HS256) count until it is revoked. */
  legacySecret: string
}

interface StoredKeys {
  publishable: string
  secret: string
  signing: JWK
  legacySecret: string
}

async function makeKeys(): Promise<StoredKeys> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const signing = { ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig' }
  const key = async (type: 'publishable' | 'secret') => (await generateApiKey(type)).key
  return {
    publishable: await key('publishable'),
    secret: await key('secret'),
    signing: { ...signing, kid: crypto.randomUUID() },
    legacySecret: randomBytes(48).toString('base64'),
  }
}

/** The keys kept in a stack's run folder; made when there are none. */
export async function loadKeys(folder: string): Promise<Keys> {
  const file = join(folder, 'keys.json')
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as StoredKeys) : undefined
  // Keys that were kept before there was a shared secret among them stay, and get one.
  const stored = kept?.legacySecret ? kept : { ...(await makeKeys()), ...kept }
  if (stored !== kept) writeFileSync(file, JSON.stringify(stored, null, 2), { mode: 0o600 })
  const { publishable, secret, signing, legacySecret } = stored
  const { d: _private, ...publicKey } = signing
  const privateKey = await importJWK(signing, 'ES256')
  return {
    publishable,
    secret,
    signing,
    legacySecret,
    jwks: { keys: [{ ...publicKey, key_ops: ['verify'] }] },
    sign: (claims) => {
      const token = new SignJWT(claims)
      if (claims.iat === undefined) token.setIssuedAt()
      if (claims.exp === undefined) token.setExpirationTime('1h')
      return token
        .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: signing.kid ?? '' })
        .sign(privateKey)
    },
  }
}

/** What the local functions and the provider sandbox share instead of real secrets. */
export const sandboxSecrets = {
  WORKER_SECRET: 'local-worker-secret',
  STRIPE_SECRET_KEY: 'sk_test_sandbox',
  STRIPE_WEBHOOK_SECRET: 'whsec_sandbox',
  // Keys of agents that are for practice work on a second account, at the same address.
  STRIPE_SANDBOX_SECRET_KEY: 'sk_test_practice',
  MAILCHIMP_API_KEY: 'sandbox-us1',
  MAILCHIMP_LIST_ID: 'audience1',
  MAILCHIMP_WELCOME_JOURNEY_ID: '1',
  MAILCHIMP_WELCOME_STEP_ID: '1',
  MAILCHIMP_WEBHOOK_PATH_SECRET: 'mailchimp-path-secret',
  LUMA_API_KEY: 'luma-sandbox-key',
  LUMA_WEBHOOK_SECRET: 'whsec_luma_sandbox',
  SLACK_BOT_TOKEN: 'xoxb-sandbox',
  SLACK_ADMIN_TOKEN: 'xoxp-sandbox-admin',
  SLACK_SIGNING_SECRET: 'slack-signing-sandbox',
  RESEND_API_KEY: 're_sandbox',
  // Base64 behind the prefix, as Svix makes them.
  RESEND_WEBHOOK_SECRET: 'whsec_c2FuZGJveC1yZXNlbmQtc2lnbmluZy1rZXk=',
  EMAIL_FROM: 'Women Defining AI <hello@mail.example.org>',
}

/** The environment of Edge Functions: the platform's own names, then ours. */
export function functionsEnvironment(ports: Ports, keys: Keys): Record<string, string> {
  const local = (port: number) => `http://127.0.0.1:${port}`
  return {
    SUPABASE_URL: local(ports.gateway),
    SUPABASE_DB_URL: `postgresql://postgres@127.0.0.1:${ports.postgres}/postgres`,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: keys.publishable }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.secret }),
    SUPABASE_JWKS: JSON.stringify(keys.jwks),
    SB_REGION: 'local',
    SITE_URL: local(ports.site),
    AGENT_SIGNING_KEY: JSON.stringify(keys.signing),
    STRIPE_API_BASE: local(ports.stripe),
    STRIPE_SANDBOX_API_BASE: local(ports.stripe),
    MAILCHIMP_API_BASE: local(ports.mailchimp),
    VIMEO_API_BASE: local(ports.vimeo),
    LUMA_API_BASE: local(ports.luma),
    SLACK_API_BASE: `${local(ports.slack)}/api/`,
    RESEND_API_BASE: local(ports.resend),
    ...sandboxSecrets,
  }
}
