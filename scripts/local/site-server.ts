import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { extname, join, normalize } from 'node:path'
import { gzipSync } from 'node:zlib'
import { serveHttp } from './http.ts'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.jpg': 'image/jpeg',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.xml': 'application/xml',
  '.ics': 'text/calendar; charset=utf-8',
  '.pdf': 'application/pdf',
}

const isText = (type: string) => /^text\/|json|xml|javascript|svg/.test(type)

/** `/*` and the like: a star stands for anything, everything else for itself. */
function patternOf(path: string): RegExp {
  const parts = path.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('(.*)')}$`)
}

export interface HeaderRule {
  path: RegExp
  headers: [name: string, value: string][]
}

/** Reads `_headers`: a path, and beneath it, indented, the headers of every address that fits. */
export function parseHeaders(text: string): HeaderRule[] {
  const rules: HeaderRule[] = []
  for (const line of text.split('\n')) {
    if (!line.trim() || line.trim().startsWith('#')) continue
    const colon = line.indexOf(':')
    if (/^\S/.test(line)) rules.push({ path: patternOf(line.trim()), headers: [] })
    else if (colon > 0) {
      rules.at(-1)?.headers.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()])
    }
  }
  return rules
}

export interface RedirectRule {
  from: RegExp
  to: string
  status: number
}

/** Reads `_redirects`: from, to and, if it is not 302, the status. `:splat` in `to` is what the star stood for. */
export function parseRedirects(text: string): RedirectRule[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith('#'))
    .map((line) => {
      const [from = '', to = '/', status = '302'] = line.split(/\s+/)
      return { from: patternOf(from), to, status: Number(status) }
    })
}

function redirectOf(rules: RedirectRule[], path: string): Response | undefined {
  for (const { from, to, status } of rules) {
    const match = from.exec(path)
    if (!match) continue
    const location = to.replace(':splat', match[1] ?? '')
    return new Response(null, { status, headers: { location } })
  }
  return undefined
}

const optional = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '')
const isFile = (file: string) => existsSync(file) && statSync(file).isFile()

/**
 * Serves built pages as static hosts do: `_redirects` first, then files and folders by their index.html, 404.html for
 * the rest; with the headers of `_headers`, compressed, and not sent again while they are the same.
 */
export function serveSite(port: number, folder: string): Promise<{ close(): Promise<void> }> {
  const headerRules = parseHeaders(optional(join(folder, '_headers')))
  const redirectRules = parseRedirects(optional(join(folder, '_redirects')))

  /** The file of an address; undefined when there is none. */
  function find(path: string): string | undefined {
    if (path === '/_headers' || path === '/_redirects') return undefined
    const file = join(folder, path)
    if (!`${file}/`.startsWith(`${folder}/`)) return undefined
    return [file, join(file, 'index.html')].find(isFile)
  }

  function answer(request: Request, path: string, file: string, status: number): Response {
    const type = types[extname(file)] ?? 'application/octet-stream'
    const bytes = readFileSync(file)
    const headers = new Headers({
      'content-type': type,
      'cache-control': 'public, max-age=0, must-revalidate',
      etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
    })
    for (const rule of headerRules) {
      if (rule.path.test(path)) for (const [name, value] of rule.headers) headers.set(name, value)
    }
    if (status === 200 && request.headers.get('if-none-match') === headers.get('etag')) {
      return new Response(null, { status: 304, headers })
    }
    const compressed = isText(type) && /\bgzip\b/.test(request.headers.get('accept-encoding') ?? '')
    if (isText(type)) headers.set('vary', 'accept-encoding')
    if (compressed) headers.set('content-encoding', 'gzip')
    const body = compressed ? gzipSync(bytes) : bytes
    headers.set('content-length', String(body.byteLength))
    return new Response(request.method === 'HEAD' ? null : body, { status, headers })
  }

  return serveHttp(port, (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } })
    }
    const { pathname, search } = new URL(request.url)
    const redirected = redirectOf(redirectRules, pathname)
    if (redirected) return redirected
    let path: string
    try {
      path = normalize(decodeURIComponent(pathname))
    } catch {
      return new Response('Bad request', { status: 400 })
    }
    const file = find(path)
    // A folder has its slash, so that the links in its page lead where they should.
    if (file?.endsWith('/index.html') && !path.endsWith('/') && !path.endsWith('.html')) {
      return new Response(null, { status: 308, headers: { location: `${pathname}/${search}` } })
    }
    if (file) return answer(request, pathname, file, 200)
    const missing = join(folder, '404.html')
    if (isFile(missing)) return answer(request, pathname, missing, 404)
    return new Response('Not found', { status: 404 })
  })
}
