import type { APIRoute } from 'astro'

// Pages for one person carry `noindex`; a crawler has to be allowed to read that.
export const GET: APIRoute = ({ site }) =>
  new Response(`User-agent: *\nAllow: /\n\nSitemap: ${new URL('/sitemap-index.xml', site).href}\n`)
