import { corsHeaders } from '../http.ts'
import type { FileObject } from './database.ts'
import type { Files } from './files.ts'

/** The part of a file that a Range header asks for; undefined for the whole, null when it lies outside. */
function rangeOf(header: string | null, size: number) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  if (!match || (!match[1] && !match[2])) return undefined
  const start = match[1] ? Number(match[1]) : Math.max(0, size - Number(match[2]))
  const end = match[1] && match[2] ? Math.min(Number(match[2]), size - 1) : size - 1
  return start > end || start >= size ? null : { start, end }
}

/** A file as an answer: whole, a part of it, or the word that it has not changed. */
export function serveFile(request: Request, object: FileObject, files: Files): Response {
  const { metadata } = object
  const size = Number(metadata.size)
  const { searchParams } = new URL(request.url)
  const headers: Record<string, string> = {
    ...corsHeaders,
    // Pages that somebody stored must not run on the project's own address.
    'content-type': metadata.mimetype.startsWith('text/html') ? 'text/plain' : metadata.mimetype,
    'cache-control': metadata.cacheControl,
    etag: metadata.eTag,
    'last-modified': new Date(object.updated_at).toUTCString(),
    'accept-ranges': 'bytes',
    'x-robots-tag': 'none',
  }
  const download = searchParams.get('download')
  if (download !== null) {
    const name = encodeURIComponent(download || (object.name.split('/').at(-1) ?? ''))
    headers['content-disposition'] = `attachment; filename=${name}; filename*=UTF-8''${name};`
  }
  if (request.headers.get('if-none-match') === metadata.eTag) {
    return new Response(null, { status: 304, headers })
  }
  const range = rangeOf(request.headers.get('range'), size)
  if (range === null) {
    return new Response(null, {
      status: 416,
      headers: { ...headers, 'content-range': `bytes */${size}` },
    })
  }
  headers['content-length'] = String(range ? range.end - range.start + 1 : size)
  if (range) headers['content-range'] = `bytes ${range.start}-${range.end}/${size}`
  const body = request.method === 'HEAD' ? null : files.read(object.version, range)
  return new Response(body, { status: range ? 206 : 200, headers })
}

/** What is known about a file, as `info()` reads it. */
export function describeFile(object: FileObject) {
  return {
    id: object.id,
    name: object.name,
    version: object.version,
    bucket_id: object.bucket_id,
    size: object.metadata.size,
    content_type: object.metadata.mimetype,
    cache_control: object.metadata.cacheControl,
    etag: object.metadata.eTag,
    metadata: object.user_metadata,
    last_modified: object.updated_at,
    created_at: object.created_at,
  }
}
