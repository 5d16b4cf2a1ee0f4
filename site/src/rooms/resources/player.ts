import type { ResourcePage } from './data.ts'

const base = import.meta.env.PUBLIC_VIMEO_PLAYER_BASE || 'https://player.vimeo.com'

type Video = Pick<ResourcePage, 'title' | 'vimeo_id' | 'vimeo_hash'>

/** The video's own page, for who cannot play it here. */
export const vimeoPage = ({ vimeo_id, vimeo_hash }: Video): string =>
  `https://vimeo.com/${vimeo_id}${vimeo_hash ? `/${vimeo_hash}` : ''}`

/** Puts the player into a frame. Nothing of Vimeo is loaded before. ended: called when it was played to its end. */
export function play(frame: HTMLElement, video: Video, ended: () => void): void {
  const address = new URL(`/video/${video.vimeo_id}`, base)
  if (video.vimeo_hash) address.searchParams.set('h', video.vimeo_hash)
  address.searchParams.set('dnt', '1')
  address.searchParams.set('autoplay', '1')
  const player = document.createElement('iframe')
  player.title = `Video: ${video.title}`
  player.allow = 'autoplay; fullscreen; picture-in-picture'
  player.allowFullscreen = true
  // A video that is locked to certain sites looks at where the frame stands.
  player.referrerPolicy = 'strict-origin-when-cross-origin'
  player.src = address.href
  frame.replaceChildren(player)
  player.focus()
  void listen(player, ended)
}

/** Hears when the video ends. Where it cannot be heard, the button beside the video does the same by hand. */
async function listen(player: HTMLIFrameElement, ended: () => void): Promise<void> {
  try {
    const { default: Player } = await import('@vimeo/player')
    new Player(player).on('ended', ended)
  } catch {
    // The player's code did not load, or the frame is not Vimeo's.
  }
}
