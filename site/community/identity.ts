/** Who the community is: the words that stand on every page. */
export const identity = {
  name: 'Women Defining AI',
  shortName: 'WDAI',
  language: 'en',
  /** Where the site lives; PUBLIC_SITE_URL at build time says otherwise. No slash at the end. */
  site: 'https://www.womendefiningai.example',
  contact: 'hello@womendefiningai.example',
  description:
    'A nonprofit community of women who use, build and question artificial intelligence, and who help each other do it well.',
  footer: 'A nonprofit. Run by its members, paid for by its members.',
} as const
