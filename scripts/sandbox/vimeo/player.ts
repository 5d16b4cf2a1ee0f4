import { html, raw } from 'hono/html'
import type { Ledger } from '../lib/ledger.ts'
import type { Videos } from './videos.ts'

const css = `
:root { color-scheme: dark } * { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; align-content: center; gap: .75rem; padding: 1rem; background: #16120f; color: #f6f3ef; font: 16px/1.5 system-ui, sans-serif; text-align: center }
h1 { margin: 0; font-size: 1.1rem } p { margin: 0; color: #c9c0b6; font-size: .875rem }`

/** The page that an iframe shows: it says that it is the sandbox's, and which video would play. */
export async function playerPage(
  request: Request,
  videos: Videos,
  ledger: Ledger,
): Promise<Response> {
  const url = new URL(request.url)
  const id = url.pathname.split('/')[2] ?? ''
  const video = videos.find(id, url.searchParams.get('h') ?? undefined)
  const allowed = video && videos.mayShow(video, request.headers.get('referer'))
  ledger.add(video ? (allowed ? 'player.opened' : 'player.locked') : 'player.missing', id)
  const said = !video
    ? 'Sorry. This video does not exist.'
    : allowed
      ? 'The sandbox’s player: there is no picture and no sound.'
      : 'Sorry. Because of its privacy settings, this video cannot be played here.'
  const length =
    video && `${Math.floor(video.seconds / 60)}:${String(video.seconds % 60).padStart(2, '0')}`
  const body = allowed
    ? html`<h1>${video.title}</h1><p>${said}</p><p>${length}</p>`
    : html`<h1>${said}</h1><p>Vimeo sandbox</p>`
  const page = await html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${allowed ? video.title : 'Video'}</title><style>${raw(css)}</style></head><body>${body}</body></html>`
  const headers = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }
  return new Response(String(page), { status: !video ? 404 : allowed ? 200 : 403, headers })
}
