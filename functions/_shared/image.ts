/**
 * Reads pictures without decoding them: what a file is by its bytes, how large it is, and the same picture with
 * nothing in it that is not the picture. A list of what is kept, not of what is removed: where it was taken, with
 * what, thumbnails, comments, colour profiles and whatever stands behind the end go, known or not.
 */

export type ImageType = 'image/jpeg' | 'image/png' | 'image/webp'

export interface Picture {
  type: ImageType
  width: number
  height: number
  bytes: Uint8Array<ArrayBuffer>
}

/** Why a file is no picture that we keep. */
export class NotAPicture extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'NotAPicture'
  }
}

const damaged = () => new NotAPicture('The picture is cut off or damaged')

/** A picture that is being read: numbers beyond its end are damage, not zeros. */
class Reader {
  readonly bytes: Uint8Array
  readonly view: DataView
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
  within(end: number) {
    if (end > this.bytes.length) throw damaged()
  }
  u8(at: number): number {
    this.within(at + 1)
    return this.bytes[at]!
  }
  u16(at: number): number {
    this.within(at + 2)
    return this.view.getUint16(at)
  }
  u32(at: number, little = false): number {
    this.within(at + 4)
    return this.view.getUint32(at, little)
  }
  text(at: number, length = 4): string {
    this.within(at + length)
    return String.fromCharCode(...this.bytes.subarray(at, at + length))
  }
  slice(from: number, to: number): Uint8Array {
    this.within(to)
    return this.bytes.subarray(from, to)
  }
}

function join(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

const pngMark = '\x89PNG\r\n\x1a\n'

/** What a file is, by its first bytes; null for everything that is not one of our three types. */
export function sniff(bytes: Uint8Array): ImageType | null {
  if (bytes.length < 12) return null
  const head = String.fromCharCode(...bytes.subarray(0, 12))
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (head.startsWith(pngMark)) return 'image/png'
  return head.startsWith('RIFF') && head.endsWith('WEBP') ? 'image/webp' : null
}

// A progressive picture has about ten; thousands are there to keep a decoder busy.
const MOST_SCANS = 64
const frames = [0xc0, 0xc1, 0xc2]
const tables = [0xc4, 0xdb, 0xdd]

function cleanJpeg(file: Reader): Picture {
  const parts = [file.slice(0, 2)]
  let frame: { width: number; height: number } | undefined
  let scans = 0
  let at = 2
  for (;;) {
    if (file.u8(at) !== 0xff) throw damaged()
    while (file.u8(at + 1) === 0xff) at++
    const marker = file.u8(at + 1)
    if (marker === 0xd9) break
    const end = at + 2 + file.u16(at + 2)
    if (end < at + 4) throw damaged()
    const segment = file.slice(at, end)
    at = end
    if (frames.includes(marker)) {
      if (frame || file.u8(end - segment.length + 4) !== 8) throw damaged()
      const from = end - segment.length
      frame = { height: file.u16(from + 5), width: file.u16(from + 7) }
      parts.push(segment)
    } else if (marker === 0xda) {
      if (!frame || ++scans > MOST_SCANS) throw damaged()
      at = endOfScan(file, end)
      parts.push(segment, file.slice(end, at))
    } else if (tables.includes(marker)) {
      parts.push(segment)
    } else if (marker === 0xee && file.text(end - segment.length + 4, 5) === 'Adobe') {
      // Says how colours are coded; of fixed length, so nothing else is in it.
      if (segment.length !== 16) throw damaged()
      parts.push(segment)
    } else if (marker < 0xe0 || marker > 0xfe) {
      throw damaged()
    }
  }
  if (!frame || scans === 0) throw damaged()
  return { type: 'image/jpeg', ...frame, bytes: join([...parts, file.slice(at, at + 2)]) }
}

/** Where the coded data of a scan ends: at the first marker that is neither stuffing nor a restart. */
function endOfScan(file: Reader, from: number): number {
  for (let at = from; ; at++) {
    at = file.bytes.indexOf(0xff, at)
    if (at < 0) throw damaged()
    const next = file.u8(at + 1)
    if (next !== 0x00 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at
  }
}

/** What a decoder cannot do without, and transparency; with the most bytes that each may have. */
const pngKept = new Map([
  ['IHDR', 13],
  ['PLTE', 768],
  ['tRNS', 256],
  ['IDAT', Number.POSITIVE_INFINITY],
  ['IEND', 0],
])

function cleanPng(file: Reader): Picture {
  const parts = [file.slice(0, 8)]
  const size = { width: file.u32(16), height: file.u32(20) }
  let data = false
  for (let at = 8, first = true; ; first = false) {
    const length = file.u32(at)
    const name = file.text(at + 4)
    const end = at + 12 + length
    file.within(end)
    const most = pngKept.get(name)
    if (first !== (name === 'IHDR') || length > (most ?? length)) throw damaged()
    if (name === 'IDAT') data = true
    if (most !== undefined) parts.push(file.slice(at, end))
    // A capital letter: a reader that does not know it cannot show the picture.
    else if (/^[A-Z]/.test(name)) throw damaged()
    at = end
    if (name === 'IEND') break
  }
  if (!data) throw damaged()
  return { type: 'image/png', ...size, bytes: join(parts) }
}

const ALPHA = 0x10
const MOVES = 0x02

function cleanWebp(file: Reader): Picture {
  const ends = 8 + file.u32(4, true)
  file.within(ends)
  const parts: Uint8Array[] = []
  let canvas: { width: number; height: number } | undefined
  let frame: { width: number; height: number } | undefined
  for (let at = 12; at < ends; ) {
    const name = file.text(at)
    const length = file.u32(at + 4, true)
    const end = at + 8 + length + (length % 2)
    if (end > ends) throw damaged()
    const chunk = file.slice(at, end)
    if (name === 'VP8X') {
      if (canvas || frame || length !== 10) throw damaged()
      if (file.u8(at + 8) & MOVES) throw new NotAPicture('A picture does not move')
      const low24 = (from: number) => file.u32(from - 1, true) >>> 8
      canvas = { width: low24(at + 12) + 1, height: low24(at + 15) + 1 }
      const flags = new Uint8Array(chunk)
      flags.fill(0, 8, 12)
      flags[8] = file.u8(at + 8) & ALPHA
      parts.push(flags)
    } else if (name === 'VP8 ' || name === 'VP8L') {
      if (frame) throw damaged()
      frame = name === 'VP8 ' ? lossySize(file, at + 8) : losslessSize(file, at + 8)
      parts.push(chunk)
    } else if (name === 'ALPH' && canvas && !frame) {
      parts.push(chunk)
    }
    at = end
  }
  if (!frame || (canvas && (canvas.width !== frame.width || canvas.height !== frame.height))) {
    throw damaged()
  }
  const head = new Uint8Array(file.slice(0, 12))
  const bytes = join([head, ...parts])
  new DataView(bytes.buffer).setUint32(4, bytes.length - 8, true)
  return { type: 'image/webp', ...frame, bytes }
}

function lossySize(file: Reader, at: number) {
  // A key frame, and its start code.
  if (file.u8(at) & 1 || file.text(at + 3, 3) !== '\x9d\x01\x2a') throw damaged()
  const size = file.u32(at + 6, true)
  return { width: size & 0x3fff, height: (size >>> 16) & 0x3fff }
}

function losslessSize(file: Reader, at: number) {
  if (file.u8(at) !== 0x2f) throw damaged()
  const size = file.u32(at + 1, true)
  return { width: (size & 0x3fff) + 1, height: ((size >>> 14) & 0x3fff) + 1 }
}

/** The same picture and nothing else. Throws NotAPicture for a file that is none of our types, moves or is damaged. */
export function cleanImage(bytes: Uint8Array): Picture {
  const file = new Reader(bytes)
  switch (sniff(bytes)) {
    case 'image/jpeg':
      return cleanJpeg(file)
    case 'image/png':
      return cleanPng(file)
    case 'image/webp':
      return cleanWebp(file)
    default:
      throw new NotAPicture('This is not a JPEG, PNG or WebP picture')
  }
}
