import type { Ledger } from '../lib/ledger.ts'
import { parseAddress, type Videos } from './videos.ts'

const WIDTH = 640
const HEIGHT = 360

/** Parameters that make the player's address; Vimeo takes more, and so do we, without effect. */
const passedOn = [
  'dnt',
  'autoplay',
  'muted',
  'loop',
  'title',
  'byline',
  'portrait',
  'texttrack',
  'cc',
]

const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)

/** Answers `GET /api/oembed.json?url=…` in Vimeo's way. */
export function answerOembed(
  request: Request,
  videos: Videos,
  ledger: Ledger,
  base: string,
): Response {
  const asked = new URL(request.url).searchParams
  const address = parseAddress(asked.get('url') ?? '')
  const video = address && videos.find(address.id, address.hash)
  if (!address || !video) {
    ledger.add('oembed.missing', address?.id, { url: asked.get('url') ?? '' })
    return new Response('404 Not Found', { status: 404 })
  }
  if (video.privacy === 'not_embeddable') {
    ledger.add('oembed.refused', video.id)
    return new Response('403 Forbidden', { status: 403 })
  }
  const player = new URL(`/video/${video.id}`, base)
  if (video.hash) player.searchParams.set('h', video.hash)
  for (const name of passedOn) {
    const value = asked.get(name)
    if (value !== null) player.searchParams.set(name, value)
  }
  const about = {
    type: 'video',
    version: '1.0',
    provider_name: 'Vimeo',
    provider_url: 'https://vimeo.com/',
  }
  const iframe = `<iframe src="${escapeHtml(player.href)}" width="${WIDTH}" height="${HEIGHT}" frameborder="0" allow="autoplay; fullscreen; picture-in-picture; clipboard-write" title="${escapeHtml(video.title)}"></iframe>`
  const place = {
    width: WIDTH,
    height: HEIGHT,
    video_id: Number(video.id),
    uri: `/videos/${video.id}`,
  }
  // A video that is tied to other sites says little more than that.
  if (!videos.mayShow(video, request.headers.get('referer'))) {
    ledger.add('oembed.domain_locked', video.id)
    const html = iframe.replace(/ title="[^"]*"/, '')
    return Response.json({ ...about, html, ...place, domain_status_code: 403 })
  }
  ledger.add('oembed.told', video.id, { title: video.title })
  return Response.json({
    ...about,
    title: video.title,
    author_name: 'Commons',
    author_url: 'https://vimeo.com/commons',
    account_type: 'plus',
    html: iframe,
    ...place,
    duration: video.seconds,
    description: '',
    thumbnail_url: `https://i.vimeocdn.com/video/${video.id}_${WIDTH}`,
    thumbnail_width: WIDTH,
    thumbnail_height: HEIGHT,
  })
}
