const home = '/home/'
const key = 'commons-return-to'

/**
 * A path of this site to go to after signing in, or the home page for anything that is none:
 * another origin, a scheme, or two slashes in whatever disguise.
 */
export function ownPath(asked: string | null | undefined, origin: string): string {
  if (!asked?.startsWith('/') || !URL.canParse(asked, origin)) return home
  const url = new URL(asked, origin)
  // Signing in must not lead back to signing in.
  if (url.origin !== origin || /^\/(sign-in|auth)(\/|$)/.test(url.pathname)) return home
  // Two slashes or a backslash at the front would leave the site when the path is used again; written in code,
  // however often, they would when a host decodes it.
  const path = url.pathname + url.search + url.hash
  return /^\/([/\\]|%(25)*(2f|5c))/i.test(path) ? home : path
}

/** Keeps the way back for the mailed link, which opens without it. For this browser only. */
export const rememberReturn = (path: string): void => localStorage.setItem(key, path)

/** The kept way back, once. */
export function takeReturn(origin: string): string {
  const kept = localStorage.getItem(key)
  localStorage.removeItem(key)
  return ownPath(kept, origin)
}

/** Where to sign in and then come back to the page that is open. */
export const signInHere = (place: Location): string =>
  `/sign-in/?next=${encodeURIComponent(place.pathname + place.search)}`
