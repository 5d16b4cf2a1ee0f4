import { createHash } from 'node:crypto'
import { required } from '../_shared/env.ts'
import type { Ctx } from '../_shared/http.ts'
import type { DoorDeps } from './deps.ts'
import { openApiDocument } from './openapi_document.ts'

interface Served {
  body: string
  etag: string
}

/** What was made, by where its doors are: once in the life of an isolate. */
const made = new Map<string, Served>()

function make(doorsUrl: string, siteUrl: string): Served {
  const body = JSON.stringify(openApiDocument({ doorsUrl, siteUrl }))
  return { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"` }
}

/** The OpenAPI document, for everybody: it says what could be asked, and holds nothing of anybody. */
export function openapi(c: Ctx, deps: DoorDeps): Response {
  const doorsUrl = new URL('/functions/v1/agents', required(deps.env, 'SUPABASE_URL')).href
  const siteUrl = required(deps.env, 'SITE_URL')
  const place = `${doorsUrl} ${siteUrl}`
  const served = made.get(place) ?? make(doorsUrl, siteUrl)
  made.set(place, served)
  const { body, etag } = served
  const headers = {
    etag,
    'cache-control': 'public, max-age=300',
    'access-control-allow-origin': '*',
  }
  const known = (c.req.header('if-none-match') ?? '').split(',').map((each) => each.trim())
  if (known.some((each) => each === '*' || each.replace(/^W\//, '') === etag)) {
    return new Response(null, { status: 304, headers })
  }
  return new Response(body, { headers: { ...headers, 'content-type': 'application/json' } })
}
