import { html } from 'hono/html'
import { z } from 'zod'
import type { Clock } from '../lib/clock.ts'
import { createLedger } from '../lib/ledger.ts'
import { layout, ledgerSection } from '../lib/page.ts'
import { type ProviderServer, serveProvider } from '../lib/server.ts'
import { answerOembed } from './oembed.ts'
import { playerPage } from './player.ts'
import { createVideos } from './videos.ts'

export interface VimeoOptions {
  /** 0 takes a free port. */
  port: number
  clock: Clock
  /** The site that the domain-locked video of the first account allows. */
  siteUrl: string
  /** Milliseconds: how long faults hold a connection, and between dripped bytes. */
  pace?: { hold: number; drip: number }
}

const videoSchema = z.strictObject({
  id: z.string().regex(/^\d+$/),
  hash: z
    .string()
    .regex(/^[0-9a-z]+$/)
    .optional(),
  title: z.string().default('Untitled'),
  seconds: z.number().int().positive().default(60),
  privacy: z.enum(['open', 'private', 'not_embeddable']).default('open'),
  domains: z.array(z.string()).default([]),
})

/** Serves the Vimeo sandbox: oEmbed and the player's page, for videos that are kept in memory. */
export async function serveVimeo(options: VimeoOptions): Promise<ProviderServer> {
  const ledger = createLedger(options.clock)
  const videos = createVideos(options.siteUrl)

  async function control(request: Request, path: string): Promise<Response | undefined> {
    if (path === '/_sandbox/vimeo/videos') {
      if (request.method === 'GET') return Response.json({ videos: videos.list() })
      if (request.method !== 'POST') return undefined
      const video = videoSchema.parse(await request.json())
      videos.put(video)
      return Response.json({ video }, { status: 201 })
    }
    const id = /^\/_sandbox\/vimeo\/videos\/(\d+)$/.exec(path)?.[1]
    if (!id || request.method !== 'DELETE') return undefined
    if (videos.remove(id)) return Response.json({ removed: id })
    return Response.json({ error: `No video has the id ${id}.` }, { status: 404 })
  }

  async function page() {
    const rows = videos.list().map(
      ({ id, hash, title, privacy, domains }) => html`<tr>
<td data-label="Address">vimeo.com/${id}${hash ? `/${hash}` : ''}</td><td data-label="Title">${title}</td>
<td data-label="Who may show it">${privacy === 'open' ? domains.join(', ') || 'everybody' : privacy.replace('_', ' ')}</td></tr>`,
    )
    const list = html`<section><h2>Videos</h2><table>
<thead><tr><th>Address</th><th>Title</th><th>Who may show it</th></tr></thead><tbody>${rows}</tbody></table></section>`
    const body = html`${list}${ledgerSection(ledger)}`
    return layout('Vimeo sandbox', 'A stand-in on this machine.', body)
  }

  const server = await serveProvider({
    name: 'Vimeo',
    port: options.port,
    clock: options.clock,
    ledger,
    page,
    control,
    isApi: (path) => path.startsWith('/api/'),
    async handler(request) {
      const { pathname, origin } = new URL(request.url)
      if (request.method === 'GET' && pathname === '/api/oembed.json') {
        return answerOembed(request, videos, ledger, origin)
      }
      if (request.method === 'GET' && /^\/video\/\d+$/.test(pathname)) {
        return playerPage(request, videos, ledger)
      }
      return new Response('404 Not Found', { status: 404 })
    },
    shapeError: (kind) =>
      kind === 'rate_limit'
        ? Response.json(
            { error: 'Too many API requests. Wait an hour or so, then try again.' },
            { status: 429 },
          )
        : new Response('Internal Server Error', { status: 500 }),
    reset: videos.reset,
    ...(options.pace ? { pace: options.pace } : {}),
  })
  return server
}
