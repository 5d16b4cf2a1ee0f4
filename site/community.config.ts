import { about } from './community/about.ts'
import { dark, light } from './community/colours.ts'
import { contact, lost } from './community/contact.ts'
import { donate, thankYou } from './community/donate.ts'
import { events } from './community/events.ts'
import { home } from './community/home.ts'
import { identity } from './community/identity.ts'
import { join, tiers, welcome } from './community/join.ts'
import { membership } from './community/membership.ts'
import { navigation } from './community/navigation.ts'
import { portal } from './community/portal.ts'
import { privacy } from './community/privacy.ts'
import { redirects } from './community/redirects.ts'

export type { Palette } from './community/colours.ts'

/**
 * Everything about the site that belongs to one community: its name, colours, navigation and words, a page a file.
 * Another community changes these files and nothing else. Prices are not here: they come from the database.
 */
export const community = {
  ...identity,
  colours: { light, dark },
  navigation,
  portal,
  home,
  membership,
  tiers,
  join,
  welcome,
  donate,
  thankYou,
  events,
  about,
  privacy,
  /** The page; the address to write to is `contact`. */
  contactPage: contact,
  lost,
  redirects,
} as const
