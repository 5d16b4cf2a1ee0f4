/** Where a page may send and load; all of it known when the site is built. */
export interface Origins {
  /** The project's address: Data API, Auth, Functions and signed pictures. */
  supabase?: string | undefined
  /** Where videos play. */
  vimeo?: string | undefined
}

/** The origins that the environment of a build names. */
export const originsOf = (environment: Record<string, string | undefined>): Origins => ({
  supabase: environment.PUBLIC_SUPABASE_URL || undefined,
  vimeo: environment.PUBLIC_VIMEO_PLAYER_BASE || undefined,
})

/**
 * The Content-Security-Policy of every page: nothing but what is named, no inline code, no inline style.
 * `blob:` pictures are those that a member has just chosen from her own disk.
 * In a meta element, browsers ignore who may frame the page, so that part goes into the header alone.
 */
export function contentSecurityPolicy(origins: Origins, as: 'header' | 'meta'): string {
  const supabase = origins.supabase ? new URL(origins.supabase).origin : ''
  const vimeo = new URL(origins.vimeo ?? 'https://player.vimeo.com').origin
  const policy: Record<string, string> = {
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': "'self'",
    'font-src': "'self'",
    'img-src': `'self' blob: ${supabase}`,
    'connect-src': supabase || "'none'",
    'frame-src': vimeo,
    'form-action': "'none'",
    'base-uri': "'none'",
    'manifest-src': "'self'",
    ...(as === 'header' ? { 'frame-ancestors': "'none'" } : {}),
  }
  return Object.entries(policy)
    .map(([name, value]) => `${name} ${value.trim()}`)
    .join('; ')
}
