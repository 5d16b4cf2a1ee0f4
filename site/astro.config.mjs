import sitemap from '@astrojs/sitemap'
import { defineConfig } from 'astro/config'
import { brandCss } from './brand.ts'
import { community } from './community.config.ts'
import { originsOf } from './csp.ts'
import { hosting } from './integrations/hosting.ts'
import { publicPages } from './pages.ts'

const brand = 'virtual:brand.css'

// A static site: no adapter, no server. The pages are folders, so that any host serves /join/ as a file.
export default defineConfig({
  site: process.env.PUBLIC_SITE_URL || community.site,
  output: 'static',
  build: { format: 'directory', inlineStylesheets: 'never' },
  devToolbar: { enabled: false },
  integrations: [
    sitemap({ filter: (page) => publicPages.includes(new URL(page).pathname) }),
    hosting(originsOf(process.env), community.redirects),
  ],
  vite: {
    // Nothing is put into the pages themselves: the Content-Security-Policy runs no inline code.
    build: { assetsInlineLimit: 0 },
    plugins: [
      {
        name: 'brand-colours',
        resolveId: (id) => (id === brand ? `\0${brand}` : undefined),
        load: (id) => (id === `\0${brand}` ? brandCss() : undefined),
      },
    ],
  },
})
