/** Who looks at a gated page; the cast of the demo data. */
export type Viewer = 'ada' | 'lea' | 'kim'

export interface SitePage {
  /** As the browser asks for it. */
  path: string
  /** `reading`: whole without JavaScript. `asking`: a form that needs it. `gated`: a shell that a session fills. */
  kind: 'reading' | 'asking' | 'gated'
  /** The built file. */
  file: string
  /** Who finds a gated page ready. */
  viewer: Viewer
  /** Shown to people without membership as well. */
  open: boolean
  /** An address at which nothing is found, for the state `empty`. */
  empty?: string
  /** Kilobytes (1000 bytes), compressed: the document with its styles, and all scripts of a first view. */
  html: number
  js: number
}

const nobody = '00000000-0000-4000-8000-00000000dead'
const defaults = { viewer: 'ada', open: false, js: 0 } as const

const page = (
  path: string,
  kind: SitePage['kind'],
  budget: { html: number; js?: number },
  more: Partial<SitePage> = {},
): SitePage => ({
  ...defaults,
  file: path === '/404.html' ? '404.html' : `${path.split('?')[0]?.slice(1)}index.html`,
  path,
  kind,
  ...budget,
  ...more,
})

/**
 * Every page of the site with what it may weigh. The figures stand a little above what the pages weigh today: who
 * makes one grow past its figure either takes something away or raises the figure on purpose.
 */
export const pages: SitePage[] = [
  page('/', 'reading', { html: 12 }),
  page('/membership/', 'reading', { html: 12 }),
  page('/events/', 'reading', { html: 10 }),
  page('/about/', 'reading', { html: 10 }),
  page('/privacy/', 'reading', { html: 22 }),
  page('/contact/', 'reading', { html: 9 }),
  page('/developers/', 'reading', { html: 32 }),
  page('/welcome/', 'reading', { html: 9 }),
  page('/thank-you/', 'reading', { html: 8 }),
  page('/goodbye/', 'reading', { html: 8 }),
  page('/404.html', 'reading', { html: 9 }),
  page('/join/', 'asking', { html: 10, js: 4 }),
  page('/donate/', 'asking', { html: 10, js: 5 }),
  page('/sign-in/', 'asking', { html: 8, js: 33 }),
  page('/auth/confirm/?token_hash=x&type=email', 'asking', { html: 8, js: 32 }),
  page(
    `/unsubscribe/#${'x'.repeat(43)}`,
    'asking',
    { html: 9, js: 4 },
    { file: 'unsubscribe/index.html' },
  ),
  page('/home/', 'gated', { html: 12, js: 42 }, { open: true }),
  page('/directory/', 'gated', { html: 11, js: 41 }),
  page(
    '/directory/person/?id=ID',
    'gated',
    { html: 11, js: 40 },
    { empty: `/directory/person/?id=${nobody}` },
  ),
  page('/resources/', 'gated', { html: 11, js: 42 }),
  page(
    '/resources/view/?id=ID',
    'gated',
    { html: 12, js: 43 },
    { empty: `/resources/view/?id=${nobody}` },
  ),
  page(
    '/calendar/',
    'gated',
    { html: 12, js: 41 },
    { empty: '/calendar/?search=nothing+like+this' },
  ),
  page(
    '/calendar/event/?id=ID',
    'gated',
    { html: 12, js: 42 },
    { empty: `/calendar/event/?id=${nobody}` },
  ),
  page('/account/', 'gated', { html: 12, js: 39 }, { open: true }),
  page('/account/profile/', 'gated', { html: 14, js: 43 }, { open: true }),
  page('/account/notifications/', 'gated', { html: 10, js: 36 }, { open: true }),
  page('/account/data/', 'gated', { html: 11, js: 37 }, { open: true }),
  page(
    '/lead/events/',
    'gated',
    { html: 13, js: 40 },
    { viewer: 'lea', empty: '/lead/events/?show=canceled&whose=mine' },
  ),
  page('/lead/events/edit/?id=ID', 'gated', { html: 16, js: 50 }, { viewer: 'lea' }),
  page('/lead/events/guests/?id=ID', 'gated', { html: 14, js: 41 }, { viewer: 'lea' }),
  page('/lead/resources/', 'gated', { html: 12, js: 37 }, { viewer: 'lea' }),
  page('/lead/resources/edit/', 'gated', { html: 13, js: 45 }, { viewer: 'lea' }),
  page('/admin/proposals/', 'gated', { html: 12, js: 37 }, { viewer: 'kim' }),
]

export const ofKind = (...kinds: SitePage['kind'][]) =>
  pages.filter((each) => kinds.includes(each.kind))
