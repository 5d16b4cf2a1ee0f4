import { community, type Palette } from './community.config.ts'

const declarations = (palette: Palette): string =>
  Object.entries(palette)
    .map(
      ([name, value]) => `--${name.replace(/[A-Z]/g, (big) => `-${big.toLowerCase()}`)}: ${value};`,
    )
    .join(' ')

/** The community's colours as custom properties, light and dark. Bundled as the module `virtual:brand.css`. */
export const brandCss = (): string => `
:root { color-scheme: light dark; ${declarations(community.colours.light)} }
@media (prefers-color-scheme: dark) { :root { ${declarations(community.colours.dark)} } }
`
