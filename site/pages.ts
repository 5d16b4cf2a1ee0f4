/**
 * The pages that everybody may read and search engines should find. A test fails when a page is built that is
 * neither here nor marked as personal (`noindex`).
 */
export const publicPages = [
  '/',
  '/membership/',
  '/join/',
  '/donate/',
  '/events/',
  '/about/',
  '/privacy/',
  '/contact/',
  '/developers/',
] as const

/** The picture that is shown where a page's address is shared: made by `npm run og`. */
export const shareImage = (path: string): string => {
  const page = publicPages.find((known) => known === path) ?? '/'
  return `/og/${page.replaceAll('/', '') || 'home'}.png`
}
