import type { APIRoute } from 'astro'
import { builtAt, events } from '../lib/built.ts'
import { calendar } from '../lib/feeds.ts'

export const GET: APIRoute = ({ site }) =>
  new Response(calendar(events, site!, builtAt), {
    headers: { 'content-type': 'text/calendar; charset=utf-8' },
  })
