const draft = (what: string, whose: string) => `commons-draft-${what}-${whose}`
const pictures = 'commons-pictures'

/** What somebody typed and has not saved, kept in this browser under her id; null for nothing. */
export function readDraft<Draft>(what: string, whose: string): Draft | null {
  try {
    return JSON.parse(localStorage.getItem(draft(what, whose)) ?? 'null') as Draft | null
  } catch {
    return null
  }
}

/** Keeps a draft. A browser that keeps nothing loses nothing but the draft. */
export function keepDraft(what: string, whose: string, content: unknown): void {
  try {
    localStorage.setItem(draft(what, whose), JSON.stringify(content))
  } catch {
    // Storage is full or switched off.
  }
}

export const dropDraft = (what: string, whose: string): void =>
  localStorage.removeItem(draft(what, whose))

/** A signed address of a picture, and when it ends, in milliseconds. */
export interface PictureAddress {
  url: string
  until: number
}

/** Addresses of pictures that this tab asked for before, so that going back loads no picture twice. */
export function readPictures(): Record<string, PictureAddress> {
  try {
    return JSON.parse(sessionStorage.getItem(pictures) ?? '{}')
  } catch {
    return {}
  }
}

export function keepPictures(addresses: Record<string, PictureAddress>): void {
  try {
    sessionStorage.setItem(pictures, JSON.stringify(addresses))
  } catch {
    // Without storage they are asked for anew.
  }
}

/** Forgets what was kept for whoever is signed in: part of signing out. */
export function forget(): void {
  for (const key of Object.keys(localStorage))
    if (key.startsWith('commons-draft-')) localStorage.removeItem(key)
  sessionStorage.removeItem(pictures)
}
