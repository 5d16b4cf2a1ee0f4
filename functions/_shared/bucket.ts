import { createClient } from '@supabase/supabase-js'
import { z } from 'zod'
import { type Env, required } from './env.ts'
import { ProviderError } from './provider_error.ts'

/** A bucket of the project's own store, in the verbs that we use. They are not bound by policies. */
export interface Bucket {
  /** Stores a new object. Throws when there is one under this path. */
  put(path: string, bytes: Uint8Array<ArrayBuffer>, type: string): Promise<void>
  /** Deletes objects; those that are not there are fine. */
  remove(paths: string[]): Promise<void>
}

const PATIENCE_MS = 10_000

/** The secret key of the project, as the platform hands it to functions. */
function secretKey(env: Env): string {
  const keys = z
    .record(z.string(), z.string())
    .parse(JSON.parse(required(env, 'SUPABASE_SECRET_KEYS')))
  return required((name) => keys[name], 'default')
}

interface Trouble {
  status?: number | undefined
  statusCode?: string | undefined
}

/** What went wrong, by the status that the store gave; none when it did not answer. */
function storageError({ status, statusCode }: Trouble, what: string): ProviderError {
  // The store says some refusals with 400 and the real status in the body.
  const said = Number(statusCode) || status || 0
  const kind =
    said === 401 || said === 403
      ? 'misconfigured'
      : said >= 400 && said < 500 && said !== 408 && said !== 429
        ? 'refused'
        : 'retry'
  return new ProviderError('Storage', kind, `${said || 'No answer'}: ${what}`)
}

/** Opens a bucket with the secret key. */
export function bucketOf(env: Env, name: string, patienceMs = PATIENCE_MS): Bucket {
  const client = createClient(required(env, 'SUPABASE_URL'), secretKey(env), {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: {
      fetch: (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(patienceMs) }),
    },
  })
  const bucket = client.storage.from(name)
  return {
    async put(path, bytes, type) {
      const options = { contentType: type, cacheControl: '3600', upsert: false }
      const { error } = await bucket.upload(path, bytes, options)
      if (error) throw storageError(error, `put in ${name}`)
    },
    async remove(paths) {
      const { error } = await bucket.remove(paths)
      if (error) throw storageError(error, `remove from ${name}`)
    },
  }
}
