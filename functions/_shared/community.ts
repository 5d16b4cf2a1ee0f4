/**
 * Who the community is, for what functions write to people. The same words and colours as the site's
 * (site/community): a test holds them against each other.
 */
export const community = {
  name: 'Women Defining AI',
  contact: 'hello@womendefiningai.example',
  footer: 'A nonprofit. Run by its members, paid for by its members.',
  light: {
    paper: '#fbf6ef',
    surface: '#ffffff',
    ink: '#261a2c',
    muted: '#655a6b',
    line: '#e8dcd2',
    accent: '#86215c',
    onAccent: '#ffffff',
  },
  dark: {
    paper: '#18111c',
    surface: '#221927',
    ink: '#f6eef4',
    muted: '#bcafc1',
    line: '#3a2d40',
    accent: '#f2a5cf',
    onAccent: '#35092a',
  },
} as const
