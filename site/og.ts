import { brandCss } from './brand.ts'
import { developers } from './community/developers.ts'
import { community } from './community.config.ts'
import { publicPages, shareImage } from './pages.ts'
import { quilt } from './src/lib/quilt.ts'

type Page = (typeof publicPages)[number]

/** What the picture of a page says, and its quilt. */
const cards: Record<Page, { title: string; rows: string[] }> = {
  '/': {
    title: community.home.title,
    rows: ['Aq2a Sccs al0s', 'lq1L Ah0a Sl1a', 'Sq3s al1A Lddl'],
  },
  '/membership/': {
    title: community.membership.title,
    rows: ['Sq3s al1A Lddl', 'Aq2a sq0S Ll0l', 'Ll1l Ah1a sq2a'],
  },
  '/join/': {
    title: community.join.title,
    rows: ['al0s Lq0l Sddi', 'Sl1a aq3A Lccl', 'Lddl Aq1a sl0S'],
  },
  '/donate/': {
    title: community.donate.title,
    rows: ['sl0S Lccl Aq1a', 'Sddi ll1L Sq3s', 'al0A Lq0l Aq2a'],
  },
  '/events/': {
    title: community.events.title,
    rows: ['Sccs Aq2a Lq0l', 'Aq1a Sddi lq1L', 'Ll0l Sccs aq3A'],
  },
  '/about/': {
    title: community.about.title,
    rows: ['Aq2a Sccs Ll0l', 'sq0S lq1L Ah0a', 'Sddi al1A Scci'],
  },
  '/privacy/': {
    title: community.privacy.title,
    rows: ['Lddl Sddi Addi', 'Aq0a Lccl Sq2s', 'Sl1s al0A Ll1l'],
  },
  '/developers/': {
    title: developers.title,
    rows: ['Scci Aq2a Lddl', 'al0A Sh2s Lq0l', 'Ll1l Aq1a sq3S'],
  },
  '/contact/': {
    title: community.contactPage.title,
    rows: ['Ah0a Sh2s Lh1l', 'Sq3s Aq1a lq1L', 'Lccl al0s Aq2a'],
  },
}

const svg = (rows: string[]): string => {
  const { cells, width, height } = quilt(rows)
  const pieces = cells.map(
    ({ x, y, ground, shape, ink }) =>
      `<g transform="translate(${x * 100} ${y * 100})"><rect class="c-${ground}" width="100" height="100"/>${shape && `<path class="c-${ink}" d="${shape}"/>`}</g>`,
  )
  return `<svg viewBox="0 0 ${width} ${height}" width="630" height="630" shape-rendering="geometricPrecision">${pieces.join('')}</svg>`
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** The pictures that stand for pages where their address is shared: file, size and the page to photograph. */
export const sharePictures = publicPages.map((path) => ({
  file: shareImage(path),
  html: `<!doctype html><meta charset="utf-8"><style>${brandCss()}
@font-face { font-family: Title; src: url("/fonts/instrument-serif.woff2"); }
@font-face { font-family: Name; src: url("/fonts/figtree.woff2"); font-weight: 300 900; }
body { margin: 0; width: 1200px; height: 630px; display: grid; grid-template-columns: 570px 630px; background: var(--paper); color: var(--ink); }
div { display: grid; grid-template-rows: 1fr auto; padding: 64px 48px 56px 64px; }
h1 { margin: 0; align-self: center; font: 400 ${cards[path].title.length > 40 ? 62 : 76}px / 1.05 Title; letter-spacing: -0.01em; text-wrap: balance; }
p { margin: 0; font: 600 26px / 1 Name; color: var(--accent); }
.c-a { fill: var(--accent) } .c-A { fill: var(--accent-soft) } .c-s { fill: var(--sun) } .c-S { fill: var(--sun-soft) }
.c-l { fill: var(--leaf) } .c-L { fill: var(--leaf-soft) } .c-i { fill: var(--ink) } .c-p { fill: var(--paper) }
</style><div><h1>${escaped(cards[path].title)}</h1><p>${escaped(community.name)}</p></div>${svg(cards[path].rows)}`,
}))
