import { readEvents } from './events.ts'
import { readOffers } from './offers.ts'
import { readHeld } from './privacy.ts'

/** What the database said when this build began: asked once, so that all pages of a build agree. */
const { PUBLIC_SUPABASE_URL, PUBLIC_SUPABASE_PUBLISHABLE_KEY } = import.meta.env

export const builtAt = new Date()
export const events = await readEvents(
  PUBLIC_SUPABASE_URL,
  PUBLIC_SUPABASE_PUBLISHABLE_KEY,
  builtAt,
)
export const offers = await readOffers(PUBLIC_SUPABASE_URL, PUBLIC_SUPABASE_PUBLISHABLE_KEY)
export const held = await readHeld(PUBLIC_SUPABASE_URL, PUBLIC_SUPABASE_PUBLISHABLE_KEY)
