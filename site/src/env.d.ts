/// <reference types="astro/client" />

interface ImportMetaEnv {
  /** Where the Data API, Auth and Functions answer. */
  readonly PUBLIC_SUPABASE_URL?: string
  /** The key that browsers may know. */
  readonly PUBLIC_SUPABASE_PUBLISHABLE_KEY?: string
  /** Where videos play, when not at Vimeo itself. */
  readonly PUBLIC_VIMEO_PLAYER_BASE?: string
}

declare module 'virtual:brand.css'
