import { Problem } from './problem.ts'
import { session } from './supabase.ts'

// The two verbs of Storage that the site needs; the whole client would be more bytes than the page.
const url = import.meta.env.PUBLIC_SUPABASE_URL ?? ''
const key = import.meta.env.PUBLIC_SUPABASE_PUBLISHABLE_KEY ?? ''
const store = `${url}/storage/v1`

const pathOf = (bucket: string, path: string) =>
  [bucket, ...path.split('/')].map(encodeURIComponent).join('/')

async function headers(): Promise<Record<string, string>> {
  const token = (await session())?.access_token
  if (!token) throw new Problem('Your sign-in has ended', { status: 401, remedy: 'Sign in again.' })
  return { apikey: key, authorization: `Bearer ${token}` }
}

/** An address that opens a stored file for a minute, under the name that it is saved as. */
export async function signedLink(bucket: string, path: string, name: string): Promise<string> {
  const response = await fetch(`${store}/object/sign/${pathOf(bucket, path)}`, {
    method: 'POST',
    headers: { ...(await headers()), 'content-type': 'application/json' },
    body: JSON.stringify({ expiresIn: 60 }),
  })
  const answer = await response.json().catch(() => ({}))
  if (!response.ok || typeof answer.signedURL !== 'string')
    throw new Problem('This file is not here any more', {
      status: response.status === 401 ? 401 : 404,
      remedy: 'Go back to the list; a leader may have replaced it.',
    })
  const link = new URL(`${store}${answer.signedURL}`)
  link.searchParams.set('download', name)
  return link.href
}

const refusals: Record<string, { message: string; remedy: string }> = {
  413: { message: 'The file is too large', remedy: 'Choose one of up to 50 MB.' },
  415: {
    message: 'A file of this type cannot be shared here',
    remedy: 'Choose a PDF, an office document, a picture, a text or a zip.',
  },
}

/**
 * Sends a file to Storage. progress: how much of it has gone, from 0 to 1. Throws a Problem at `file_path`; a
 * TypeError when the connection broke; an AbortError when it was called off.
 */
export async function upload(
  bucket: string,
  path: string,
  file: File,
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const given = await headers()
  signal.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    // fetch cannot tell how much has gone.
    const request = new XMLHttpRequest()
    request.open('POST', `${store}/object/${pathOf(bucket, path)}`)
    for (const [name, value] of Object.entries(given)) request.setRequestHeader(name, value)
    request.setRequestHeader('content-type', file.type || 'application/octet-stream')
    request.setRequestHeader('x-upsert', 'false')
    request.upload.addEventListener('progress', ({ loaded, total }) =>
      progress(total ? loaded / total : 0),
    )
    request.addEventListener('load', () => {
      if (request.status >= 200 && request.status < 300) return resolve()
      reject(refused(request))
    })
    request.addEventListener('error', () => reject(new TypeError('The connection broke')))
    signal.addEventListener('abort', () => {
      request.abort()
      reject(signal.reason)
    })
    request.send(file)
  })
}

function refused({ status, responseText }: XMLHttpRequest): Problem {
  // Storage answers 400 and says the real status inside.
  const said = /"statusCode":\s*"?(\d{3})/.exec(responseText)?.[1] ?? String(status)
  if (said === '401' || (status === 401 && said !== '403'))
    return new Problem('Your sign-in has ended', { status: 401, remedy: 'Sign in again.' })
  const { message, remedy } = refusals[said] ?? {
    message: 'The file could not be sent',
    remedy: 'Try once more.',
  }
  return new Problem(message, { status: Number(said), field: 'file_path', remedy })
}
