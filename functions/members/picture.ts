import { readBytes } from '../_shared/body.ts'
import type { Ctx } from '../_shared/http.ts'
import { cleanImage, NotAPicture, type Picture, sniff } from '../_shared/image.ts'
import { Refusal } from '../_shared/problems.ts'
import { publishableKeys, requireUser } from '../_shared/user.ts'
import type { DoorDeps } from './deps.ts'

const LIMIT = 2 * 1024 * 1024
const SMALLEST = 64
const LARGEST = 4096
const TYPES = ['image/jpeg', 'image/png', 'image/webp']

const field = 'picture'
const asOneOfOurs = { field, remedy: 'Save it as JPEG, PNG or WebP, then choose it again.' }
const another = { field, remedy: 'Choose another one.' }

/**
 * Takes the caller's picture, as the raw body, and answers its path as `{ picture }`. Only what is needed to show
 * it is stored: where and with what it was taken goes, and with it how the camera was held, so send it upright.
 */
export async function picture(c: Ctx, deps: DoorDeps): Promise<Response> {
  const user = await requireUser(c.req.raw, publishableKeys(deps.env), deps.askAuth())
  const declared = (c.req.header('content-type') ?? '').split(';')[0]!.trim().toLowerCase()
  if (!TYPES.includes(declared)) {
    throw new Refusal(415, 'This type of picture cannot be kept', asOneOfOurs)
  }
  const bytes = await readBytes(c.req.raw, LIMIT).catch((error: unknown) => {
    if (!(error instanceof Refusal)) throw error
    throw new Refusal(413, 'The picture is larger than 2 MB', {
      field,
      remedy: 'Choose a smaller one.',
    })
  })
  const clean = readPicture(bytes, declared)

  const sql = deps.sql()
  const [row] = await sql<{ path: string }[]>`
    select private.admit_picture(${user.id}::uuid, ${clean.type}, private.clock()) as path`
  const { path } = row!
  const pictures = deps.pictures()
  await pictures.put(path, clean.bytes, clean.type)
  try {
    await sql`select private.set_picture(${user.id}::uuid, ${path})`
  } catch (error) {
    // It would be swept in a while anyway; the answer is about the refusal, not about this.
    await pictures.remove([path]).catch(() => c.get('log').warn('picture.left_behind'))
    throw error
  }
  return c.json({ picture: path })
}

/** The picture in these bytes without anything else. Refuses what is none, lies about its type, or has an odd size. */
function readPicture(bytes: Uint8Array, declared: string): Picture {
  if (bytes.length === 0) throw new Refusal(422, 'The file is empty', another)
  const type = sniff(bytes)
  if (!type) throw new Refusal(415, 'This is not a JPEG, PNG or WebP picture', asOneOfOurs)
  if (type !== declared) {
    throw new Refusal(415, 'The file is of another type than it says', asOneOfOurs)
  }
  let clean: Picture
  try {
    clean = cleanImage(bytes)
  } catch (error) {
    if (!(error instanceof NotAPicture)) throw error
    throw new Refusal(422, error.message, another)
  }
  const { width, height } = clean
  if (Math.min(width, height) < SMALLEST) {
    throw new Refusal(422, `The picture is ${width} × ${height}: too small to see somebody`, {
      field,
      remedy: `Choose one of at least ${SMALLEST} × ${SMALLEST}.`,
    })
  }
  if (Math.max(width, height) > LARGEST) {
    throw new Refusal(422, `The picture is ${width} × ${height}: larger than anybody can see`, {
      field,
      remedy: `Choose one of at most ${LARGEST} × ${LARGEST}.`,
    })
  }
  return clean
}
