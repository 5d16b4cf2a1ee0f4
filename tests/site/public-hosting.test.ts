import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { repository, runFolder } from '../../scripts/local/run-folder.ts'
import { madeFrom } from '../../scripts/og-images.ts'
import { community } from '../../site/community.config.ts'
import { headersOf, pageHeaders, redirectPairs } from '../../site/integrations/hosting.ts'
import { caddyConfig, nginxConfig } from '../../site/integrations/servers.ts'
import { sharePictures } from '../../site/og.ts'
import { publicPages } from '../../site/pages.ts'

const urls = inject('urls')
const built = join(runFolder(inject('stackName')), 'site')
const read = (file: string) => readFileSync(join(built, file), 'utf8')
const pages = globSync('**/*.html', { cwd: built })
const pathOf = (file: string) => `/${file.replace(/(^|\/)index\.html$/, '$1')}`
const directives = (policy: string) =>
  Object.fromEntries(policy.split('; ').map((part) => part.split(/ (.*)/).slice(0, 2)))

describe('every answer', () => {
  test.each(['/', '/join/', '/account/', '/nowhere/'])(
    '%s has the strict headers',
    async (path) => {
      const { headers } = await fetch(`${urls.site}${path}`)
      const policy = directives(headers.get('content-security-policy') ?? '')
      expect(policy).toMatchObject({
        'default-src': "'none'",
        'script-src': "'self'",
        'style-src': "'self'",
        'font-src': "'self'",
        'connect-src': urls.api,
        'img-src': `'self' blob: ${urls.api}`,
        'form-action': "'none'",
        'base-uri': "'none'",
        'frame-ancestors': "'none'",
      })
      expect(headers.get('content-security-policy')).not.toMatch(/unsafe|\*|data:|http:\/\/(?!127)/)
      expect(headers.get('strict-transport-security')).toMatch(/^max-age=63072000/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('strict-origin-when-cross-origin')
      expect(headers.get('permissions-policy')).toContain('camera=()')
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    },
  )

  test('files whose names change with their content may be kept for good, pages may not', async () => {
    const [asset] = globSync('_astro/*.css', { cwd: built })
    const kept = await fetch(`${urls.site}/${asset}`)
    expect(kept.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    const page = await fetch(`${urls.site}/`)
    expect(page.headers.get('cache-control')).not.toContain('immutable')
  })

  test('no address gets one header from two places', () => {
    const everywhere = Object.keys(pageHeaders({}))
    for (const headers of Object.values(headersOf))
      expect(Object.keys(headers).filter((name) => everywhere.includes(name))).toEqual([])
  })
})

test.each(pages)('%s carries its policy with it and holds no inline code or style', (file) => {
  const html = read(file)
  const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html) ?? []
  const [, header = ''] = /Content-Security-Policy: (.*)/.exec(read('_headers')) ?? []
  expect(policy.replaceAll('&#39;', "'")).toBe(header.replace("; frame-ancestors 'none'", ''))
  expect(html.match(/<script(?![^>]*\bsrc=)[^>]*>/g) ?? []).toEqual([])
  expect(html.match(/<style|\sstyle=|\son[a-z]+=["']|javascript:/g) ?? []).toEqual([])
})

describe('old addresses', () => {
  test.each(redirectPairs(community.redirects))('%s leads to %s', async (from, to) => {
    const path = from.replace(/\*$/, 'some-old/thing')
    const moved = await fetch(`${urls.site}${path}`, { redirect: 'manual' })
    expect([moved.status, moved.headers.get('location')]).toEqual([301, to])
    const [address = '', anchor] = to.split('#')
    const found = await fetch(`${urls.site}${address}`, { redirect: 'manual' })
    expect(found.status).toBe(200)
    if (anchor) expect(await found.text()).toContain(`id="${anchor}"`)
  })

  test('hide no page that there is', () => {
    const froms = redirectPairs(community.redirects).map(([from]) => from)
    const hidden = pages
      .map(pathOf)
      .filter((page) =>
        froms.some((from) =>
          from.endsWith('*') ? page.startsWith(from.slice(0, -1)) : page === from,
        ),
      )
    expect(hidden).toEqual([])
  })
})

test.each([
  ['nginx', nginxConfig],
  ['Caddy', caddyConfig],
])('what is printed for %s says all that the files for other hosts say', (_server, write) => {
  const origins = { supabase: 'https://project.supabase.co' }
  const config = write(origins, community.redirects)
  for (const [name, value] of Object.entries(pageHeaders(origins)))
    expect(config).toContain(`${name} "${value}"`)
  for (const headers of Object.values(headersOf))
    for (const value of Object.values(headers)) expect(config).toContain(`"${value}"`)
  for (const [from, to] of redirectPairs(community.redirects)) {
    expect(config).toContain(from.replace(/\*$/, ''))
    expect(config).toContain(to)
  }
  expect(config.split('{').length).toBe(config.split('}').length)
})

describe('for search engines and those who share an address', () => {
  test('the sitemap holds the public pages; every other page asks not to be found', () => {
    const listed = [...read('sitemap-0.xml').matchAll(/<loc>([^<]*)<\/loc>/g)].map(
      ([, address = '']) => new URL(address).pathname,
    )
    expect(listed.sort()).toEqual([...publicPages].sort())
    for (const file of pages)
      expect([file, read(file).includes('content="noindex"')]).toEqual([
        file,
        !listed.includes(pathOf(file)),
      ])
    expect(read('robots.txt')).toMatch(/^Sitemap: https?:\/\/\S+\/sitemap-index\.xml$/m)
    expect(read('robots.txt')).not.toContain('Disallow')
  })

  test.each(publicPages)('%s names its address, and a picture that is there', (path) => {
    const html = read(`${path}index.html`)
    const content = (name: string) =>
      new RegExp(`(?:property|name)="${name}" content="([^"]*)"`).exec(html)?.[1] ?? ''
    const [, canonical = ''] = /rel="canonical" href="([^"]*)"/.exec(html) ?? []
    expect(new URL(canonical).pathname).toBe(path)
    expect(content('og:url')).toBe(canonical)
    expect(content('twitter:card')).toBe('summary_large_image')
    for (const name of ['og:title', 'og:description', 'og:image:alt', 'description'])
      expect(content(name).length).toBeGreaterThan(10)
    const picture = readFileSync(join(built, new URL(content('og:image')).pathname))
    expect(picture.subarray(1, 4).toString()).toBe('PNG')
    expect([picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual([1200, 630])
    expect(picture.length).toBeLessThan(60_000)
  })

  test('the pictures were made from today’s words and colours', () => {
    const made = JSON.parse(readFileSync(join(repository, 'site/og.json'), 'utf8'))
    const today = Object.fromEntries(sharePictures.map(({ file, html }) => [file, madeFrom(html)]))
    expect(made, 'run `npm run og`').toEqual(today)
  })
})
