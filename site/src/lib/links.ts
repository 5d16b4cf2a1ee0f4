/**
 * An address that a member wrote, if a browser may open it: https, a host with a dot, no name or password in it.
 * Null for everything else. Every link from members goes through here; scripts and files never come out.
 */
export function safeLink(written: string | null | undefined): string | null {
  if (!written || !URL.canParse(written)) return null
  const url = new URL(written)
  const safe =
    url.protocol === 'https:' &&
    url.username === '' &&
    url.password === '' &&
    /\w\.\w/.test(url.host)
  return safe ? url.href : null
}

/** An address as it is kept, however it was typed: with https:// before it. Empty stays empty. */
export function httpsOf(typed: string): string {
  const bare = typed.trim().replace(/^http:\/\//i, '')
  return bare === '' || /^[a-z][a-z0-9+.-]*:/i.test(bare) ? bare : `https://${bare}`
}

/** A link as people read it: without scheme, www, and the slash at the end. */
export function linkWords(link: string): string {
  const { host, pathname } = new URL(link)
  const path = pathname.replace(/\/+$/, '')
  const words = host.replace(/^www\./, '') + path
  return words.length > 48 ? `${words.slice(0, 47)}…` : words
}

/** Makes an anchor lead to a member's link, in a tab of its own and without our recommendation. False when it may not. */
export function aimLink(anchor: HTMLAnchorElement, written: string | null | undefined): boolean {
  const link = safeLink(written)
  if (link === null) return false
  anchor.href = link
  anchor.rel = 'noopener nofollow ugc'
  anchor.target = '_blank'
  return true
}
