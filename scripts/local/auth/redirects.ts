/** Does an address fit a pattern of the allow-list? `*` stops at a dot and a slash, `**` does not. */
export function fits(pattern: string, url: string): boolean {
  const source = pattern
    .split(/(\*\*|\*|\?)/)
    .map((part) => {
      if (part === '**') return '.*'
      if (part === '*') return '[^./]*'
      if (part === '?') return '[^./]'
      return part.replace(/[\\^$+.()|[\]{}]/g, '\\$&')
    })
    .join('')
  return new RegExp(`^${source}$`).test(url)
}

/** The address asked for when it is allowed, else the site's own. */
export function safeRedirect(
  asked: string | null | undefined,
  siteUrl: string,
  allowed: string[],
): string {
  if (!asked) return siteUrl
  let url: URL
  try {
    url = new URL(asked)
  } catch {
    return siteUrl
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return siteUrl
  if (url.origin === new URL(siteUrl).origin) return asked
  const bare = asked.split(/[#?]/)[0] ?? ''
  return allowed.some((pattern) => fits(pattern, bare) || fits(pattern, asked)) ? asked : siteUrl
}
