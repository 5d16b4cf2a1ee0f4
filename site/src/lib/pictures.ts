import { keepPictures, type PictureAddress, readPictures } from './kept.ts'
import { session } from './supabase.ts'
import { initials } from './words.ts'

const lifetime = 3600 // seconds that a signed address lasts
const margin = 300_000 // milliseconds before its end in which one is not used any more

/** Whom a tile stands for. picture: the path in the bucket, when she has one that may be seen. */
export interface Pictured {
  member_id: string
  name: string
  picture: string | null
}

/** Puts initials on a tile, in the shape that belongs to the person, and notes her picture for hangPictures. */
export function fillTile(tile: HTMLElement, person: Pictured): void {
  tile.textContent = initials(person.name)
  tile.dataset.shape = String(Number.parseInt(person.member_id.slice(-2), 16) % 4)
  if (person.picture) tile.dataset.picture = person.picture
  else delete tile.dataset.picture
}

/** Lays the pictures over the tiles below a part of the page: one question for all of them. Never throws. */
export async function hangPictures(within: ParentNode): Promise<void> {
  const tiles = [...within.querySelectorAll<HTMLElement>('[data-picture]')]
  const paths = [...new Set(tiles.map((tile) => tile.dataset.picture ?? ''))]
  if (paths.length === 0) return
  try {
    const addresses = await addressesOf(paths)
    for (const tile of tiles) {
      const url = addresses.get(tile.dataset.picture ?? '')
      if (url) hang(tile, url)
    }
  } catch {
    // A tile with initials is a whole tile.
  }
}

/** Lays one picture over a tile, once it has come. Its name stands beside it, so the picture says nothing itself. */
export function hang(tile: HTMLElement, url: string): void {
  const image = new Image(640, 640)
  image.alt = ''
  image.decoding = 'async'
  image.loading = 'lazy'
  image.addEventListener('load', () => image.classList.add('there'))
  image.addEventListener('error', () => image.remove())
  image.src = url
  tile.querySelector('img')?.remove()
  tile.append(image)
}

async function addressesOf(paths: string[]): Promise<Map<string, string>> {
  const now = Date.now()
  const kept = Object.entries(readPictures()).filter(([, { until }]) => until > now + margin)
  const known = new Map<string, PictureAddress>(kept)
  const missing = paths.filter((path) => !known.has(path))
  if (missing.length > 0) {
    const until = now + lifetime * 1000
    for (const [path, url] of await sign(missing)) known.set(path, { url, until })
    keepPictures(Object.fromEntries(known))
  }
  return new Map(
    paths.flatMap((path) => {
      const address = known.get(path)
      return address ? [[path, address.url]] : []
    }),
  )
}

/** Short-lived addresses for paths; those that may not be seen are left out. */
async function sign(paths: string[]): Promise<[string, string][]> {
  const [{ StorageClient }, current] = await Promise.all([
    import('@supabase/storage-js'),
    session(),
  ])
  const storage = new StorageClient(`${import.meta.env.PUBLIC_SUPABASE_URL}/storage/v1`, {
    apikey: import.meta.env.PUBLIC_SUPABASE_PUBLISHABLE_KEY ?? '',
    authorization: `Bearer ${current?.access_token}`,
  })
  const { data, error } = await storage.from('pictures').createSignedUrls(paths, lifetime)
  if (error) throw error
  return data.flatMap(({ path, signedUrl }) => (path && signedUrl ? [[path, signedUrl]] : []))
}
