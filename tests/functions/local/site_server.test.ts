import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as ask } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serveSite } from '../../../scripts/local/site-server.ts'
import { freePort } from '../support/database.ts'

const above = mkdtempSync(join(tmpdir(), 'site-'))
const folder = join(above, 'site')
let port: number
let server: { close(): Promise<void> }

beforeAll(async () => {
  const files: Record<string, string> = {
    'site/index.html': '<h1>Home</h1>'.repeat(50),
    'site/join/index.html': '<h1>Join</h1>',
    'site/404.html': '<h1>Lost</h1>',
    'site/events.ics': 'BEGIN:VCALENDAR',
    'site/picture.webp': 'RIFF',
    'site/_astro/app.js': 'export {}',
    'site/site.webmanifest': '{}',
    'site/_headers':
      "# every page\n/*\n  X-Frame-Options: DENY\n  Content-Security-Policy: default-src 'self'; img-src https://a.example:443\n\n/_astro/*\n  Cache-Control: public, max-age=31536000, immutable\n",
    'site/_redirects': '# old\n/about-us /about/ 301\n/blog/* /events/:splat 301\n/soon /join/\n',
    'secret.txt': 'not served',
    'site-other/index.html': 'not served either',
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(above, name)), { recursive: true })
    writeFileSync(join(above, name), text)
  }
  port = await freePort()
  server = await serveSite(port, folder)
})
afterAll(async () => {
  await server.close()
  rmSync(above, { recursive: true })
})

/** One request as it is written: fetch would tidy the path and unpack the answer. */
function raw(path: string, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }>(
    (done, fail) => {
      const sent = ask({ host: '127.0.0.1', port, path, headers, method }, async (response) => {
        const chunks: Buffer[] = []
        for await (const chunk of response) chunks.push(chunk as Buffer)
        const { statusCode = 0, headers } = response
        done({ status: statusCode, headers, body: Buffer.concat(chunks) })
      })
      sent.on('error', fail).end()
    },
  )
}

test.each([
  ['/events.ics', 'text/calendar; charset=utf-8'],
  ['/picture.webp', 'image/webp'],
  ['/site.webmanifest', 'application/manifest+json'],
  ['/join/', 'text/html; charset=utf-8'],
])('%s has the type %s', async (path, type) => {
  const answer = await raw(path)
  expect([answer.status, answer.headers['content-type']]).toEqual([200, type])
})

test('the headers of every rule that fits are sent, on missing pages too', async () => {
  const app = await raw('/_astro/app.js')
  expect(app.headers['cache-control']).toBe('public, max-age=31536000, immutable')
  expect(app.headers['x-frame-options']).toBe('DENY')
  const lost = await raw('/nowhere')
  expect([lost.status, lost.body.toString()]).toEqual([404, '<h1>Lost</h1>'])
  expect(lost.headers['content-security-policy']).toBe(
    "default-src 'self'; img-src https://a.example:443",
  )
})

test('old addresses lead to new ones, before any file is looked for', async () => {
  const moved = async (path: string) => {
    const { status, headers } = await raw(path)
    return [status, headers.location]
  }
  expect(await moved('/about-us')).toEqual([301, '/about/'])
  expect(await moved('/blog/2024/ai')).toEqual([301, '/events/2024/ai'])
  expect(await moved('/soon')).toEqual([302, '/join/'])
  expect(await moved('/join?tier=annual')).toEqual([308, '/join/?tier=annual'])
})

test('text is compressed for who can unpack it, and a page that is the same is not sent again', async () => {
  const plain = await raw('/')
  expect(plain.headers['content-encoding']).toBeUndefined()
  const packed = await raw('/', { 'accept-encoding': 'br, gzip' })
  expect(packed.headers['content-encoding']).toBe('gzip')
  expect(packed.body.length).toBeLessThan(plain.body.length)
  expect(gunzipSync(packed.body)).toEqual(plain.body)
  const again = await raw('/', { 'if-none-match': String(plain.headers.etag) })
  expect([again.status, again.body.length]).toEqual([304, 0])
})

test.each([
  '/../secret.txt',
  '/%2e%2e/secret.txt',
  '/..%2fsecret.txt',
  '/../site-other/',
  '/_headers',
])('%s shows nothing from outside the pages', async (path) => {
  const answer = await raw(path)
  expect([answer.status, answer.body.toString()]).toEqual([404, '<h1>Lost</h1>'])
})

test('what is no address and what is no question are refused', async () => {
  expect((await raw('/%zz')).status).toBe(400)
  expect((await raw('/', {}, 'POST')).status).toBe(405)
  const head = await raw('/', {}, 'HEAD')
  expect([head.status, head.body.length]).toEqual([200, 0])
})
