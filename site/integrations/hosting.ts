import { writeFileSync } from 'node:fs'
import type { AstroIntegration } from 'astro'
import { contentSecurityPolicy, type Origins } from '../csp.ts'

type Headers = Record<string, string>

/** The headers of every answer. Pages say what they may load; nobody may frame them, sniff them or read over their shoulder. */
export const pageHeaders = (origins: Origins): Headers => ({
  'Content-Security-Policy': contentSecurityPolicy(origins, 'header'),
  'Strict-Transport-Security': 'max-age=63072000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  // Vimeo's domain lock needs to learn which site a player stands on, and needs no more than that.
  'Referrer-Policy': 'strict-origin-when-cross-origin',
  'Permissions-Policy':
    'accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()',
  'Cross-Origin-Opener-Policy': 'same-origin',
})

/** What some addresses get besides. No name stands in two blocks that fit one address: hosts differ in what they make of that. */
export const headersOf: Record<string, Headers> = {
  // The names of these files change with their content.
  '/_astro/*': { 'Cache-Control': 'public, max-age=31536000, immutable' },
  '/fonts/*': { 'Cache-Control': 'public, max-age=2592000' },
  '/og/*': { 'Cache-Control': 'public, max-age=86400' },
  '/events.ics': { 'Content-Type': 'text/calendar; charset=utf-8' },
  '/events.xml': { 'Content-Type': 'application/rss+xml; charset=utf-8' },
}

/** The file `_headers`, as Netlify and Cloudflare Pages read it. */
export function headersFile(origins: Origins): string {
  const blocks = Object.entries({ '/*': pageHeaders(origins), ...headersOf })
  return blocks
    .map(
      ([path, headers]) =>
        `${[path, ...Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`)].join('\n')}\n`,
    )
    .join('\n')
}

/** Every old address with and without the slash at its end, and where it leads. */
export function redirectPairs(redirects: Record<string, string>): [from: string, to: string][] {
  return Object.entries(redirects).flatMap(([from, to]) =>
    /(\*|\.\w+)$/.test(from)
      ? [[from, to]]
      : [
          [from, to],
          [`${from}/`, to],
        ],
  )
}

/** The file `_redirects`, as Netlify and Cloudflare Pages read it. */
export const redirectsFile = (redirects: Record<string, string>): string =>
  redirectPairs(redirects)
    .map(([from, to]) => `${from} ${to} 301\n`)
    .join('')

/** Writes both files beside the built pages. */
export const hosting = (origins: Origins, redirects: Record<string, string>): AstroIntegration => ({
  name: 'hosting',
  hooks: {
    'astro:build:done': ({ dir, logger }) => {
      writeFileSync(new URL('_headers', dir), headersFile(origins))
      writeFileSync(new URL('_redirects', dir), redirectsFile(redirects))
      logger.info('_headers and _redirects written')
    },
  },
})
