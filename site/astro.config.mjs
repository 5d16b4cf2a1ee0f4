import { defineConfig } from 'astro/config'
import { brandCss } from './brand.ts'

const brand = 'virtual:brand.css'

// A static site: no adapter, no server. The pages are folders, so that any host serves /join/ as a file.
export default defineConfig({
  output: 'static',
  build: { format: 'directory', inlineStylesheets: 'never' },
  devToolbar: { enabled: false },
  vite: {
    plugins: [
      {
        name: 'brand-colours',
        resolveId: (id) => (id === brand ? `\0${brand}` : undefined),
        load: (id) => (id === `\0${brand}` ? brandCss() : undefined),
      },
    ],
  },
})
