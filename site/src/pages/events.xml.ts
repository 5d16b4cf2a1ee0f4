import rss from '@astrojs/rss'
import type { APIRoute } from 'astro'
import { community } from '../../community.config.ts'
import { events } from '../lib/built.ts'
import { rssItems } from '../lib/feeds.ts'

export const GET: APIRoute = ({ site }) =>
  rss({
    title: `${community.events.title} · ${community.name}`,
    description: community.events.description,
    site: site!,
    items: rssItems(events, site!),
    customData: `<language>${community.language}</language>`,
  })
