import { z } from 'zod'
import { type Env, optional, required } from '../env.ts'
import { ProviderError, parseRetryAfter } from '../provider_error.ts'

/** A video at Vimeo: its number, and the privacy hash that an unlisted one needs. */
export interface Video {
  id: string
  hash: string | null
}

/** What Vimeo says about a video. That it may not play here is an answer too, and no failure. */
export interface VideoAnswer {
  state: 'ready' | 'missing' | 'refused' | 'domain_locked'
  title: string | null
  seconds: number | null
}

/** Vimeo in the one verb that we use. It throws ProviderError and ends within 10 seconds. */
export interface VimeoClient {
  describe(video: Video, signal?: AbortSignal): Promise<VideoAnswer>
}

const TIMEOUT_MS = 10_000
const MOST_BYTES = 200_000

// A restricted answer carries few fields: all but these two may be missing.
const embed = z
  .object({
    html: z.string().optional(),
    video_id: z.coerce.number().optional(),
    title: z.string().nullish(),
    duration: z.number().nullish(),
    domain_status_code: z.number().nullish(),
  })
  .refine(({ html, video_id }) => html !== undefined || video_id !== undefined)

/** Speaks to Vimeo's oEmbed, which needs no account. VIMEO_API_BASE points elsewhere, for tests and the sandbox. */
export function createVimeo(
  env: Env,
  now: () => Date = () => new Date(),
  timeoutMs = TIMEOUT_MS,
): VimeoClient {
  const base = optional(env, 'VIMEO_API_BASE') ?? 'https://vimeo.com'
  // A video that plays on certain sites only tells about itself to those.
  const site = `${required(env, 'SITE_URL')}/`

  return {
    async describe({ id, hash }, signal) {
      const address = new URL('/api/oembed.json', base)
      address.searchParams.set('url', `https://vimeo.com/${id}${hash ? `/${hash}` : ''}`)
      address.searchParams.set('dnt', '1')
      const ends = AbortSignal.timeout(timeoutMs)
      let status: number
      let text: string
      let headers: Headers
      try {
        const response = await fetch(address, {
          headers: { accept: 'application/json', referer: site },
          signal: signal ? AbortSignal.any([signal, ends]) : ends,
        })
        ;({ status, headers } = response)
        text = await response.text()
      } catch (error) {
        throw new ProviderError('Vimeo', 'retry', 'No usable answer', { cause: error })
      }
      if (status === 404) return { state: 'missing', title: null, seconds: null }
      if (status === 403) return { state: 'refused', title: null, seconds: null }
      if (status !== 200) throw failure(status, headers, now())
      const parsed = embed.safeParse(json(text))
      if (!parsed.success) {
        throw new ProviderError('Vimeo', 'retry', 'An answer of an unknown shape', {
          cause: parsed.error,
        })
      }
      const { title, duration, domain_status_code } = parsed.data
      return {
        state: domain_status_code === 403 ? 'domain_locked' : 'ready',
        title: title ?? null,
        seconds: duration && duration > 0 ? Math.round(duration) : null,
      }
    },
  }
}

function json(text: string): unknown {
  if (text.length > MOST_BYTES) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Too many questions, or trouble at Vimeo, pass by themselves; any other status is one that a person must look at. */
function failure(status: number, headers: Headers, now: Date): ProviderError {
  const passes = status === 429 || status === 408 || status >= 500
  const said = parseRetryAfter(headers.get('retry-after'), now)
  return new ProviderError('Vimeo', passes ? 'retry' : 'refused', `Answered ${status}`, {
    retryAfter: status === 429 ? (said ?? 30) : said,
  })
}
