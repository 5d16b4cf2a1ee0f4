import { Refusal } from '../_shared/problems.ts'

/**
 * The full address of a path of our own site. Throws a 422 Refusal for anything that leads elsewhere,
 * such as `//other.example` or `https://other.example`.
 */
export function onOurSite(path: string, site: string, field: string): string {
  const own = new URL(site).origin
  if (URL.canParse(path, site)) {
    const url = new URL(path, site)
    if (url.origin === own && !url.username && !url.password) return url.href
  }
  throw new Refusal(422, `${field}: must be a path of our own site`, {
    field,
    remedy: 'Write it like /account.',
  })
}
