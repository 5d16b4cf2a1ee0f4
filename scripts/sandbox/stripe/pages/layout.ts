import { html, raw } from 'hono/html'
import type { World } from '../world.ts'
import { css } from './style.ts'

export type Html = ReturnType<typeof html>

const SECURITY = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  // No form-action: browsers apply it to where a form's answer redirects, and that is another site.
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
}

/** A hosted page as a response. */
export async function pageOf(title: string, body: Html, status = 200): Promise<Response> {
  const text = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${raw(css)}</style>
</head>
<body>${body}</body>
</html>`
  return new Response(String(text), { status, headers: SECURITY })
}

/** Sends the browser on with a GET, so that reloading never repeats a payment. */
export const seeOther = (location: string) =>
  new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store' } })

/** A short page that says one thing. */
export const notice = (
  world: World,
  title: string,
  sentence: string,
  back: string | null,
  status: number,
) =>
  pageOf(
    `${title} – ${world.merchant}`,
    html`<main class="page"><section class="card">${brand(world)}<h1>${title}</h1><p class="soft">${sentence}</p>
${back ? html`<p><a class="button" href="${back}">Back to ${world.merchant}</a></p>` : ''}</section></main>`,
    status,
  )

export const brand = (world: World) =>
  html`<span class="brand"><span class="mark" aria-hidden="true">${initials(world.merchant)}</span>${world.merchant}</span>`

const initials = (name: string) =>
  name
    .split(/[^\p{L}\p{N}]+/u)
    .map((word) => word[0])
    .join('')
    .slice(0, 2)
    .toUpperCase()

/** An amount in minor units as people write it, such as $10.00. */
export const money = (amount: number, currency: string) =>
  new Intl.NumberFormat('en-US', { style: 'currency', currency }).format(amount / 100)

/** A day in UTC, such as 21 December 2026. */
export const day = (seconds: number) =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(seconds * 1000)

/** The same day, shorter: 21 Dec 2026. */
export const shortDay = (seconds: number) =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' }).format(seconds * 1000)
