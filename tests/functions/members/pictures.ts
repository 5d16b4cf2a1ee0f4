import { readFileSync } from 'node:fs'

/** A picture from the files beside this one. */
export const file = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(new URL(`./files/${name}`, import.meta.url)))

export const latin = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0))

export function concat(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts))
}

const u16 = (value: number) => Uint8Array.of(value >> 8, value & 255)
const u32 = (value: number) => concat(u16(value >>> 16), u16(value & 0xffff))
const u32le = (value: number) => u32(value).reverse()

/** Where a photo was taken, as a phone writes it: 37°48′15″ N. */
export const gps = concat(
  latin('MM\0*'),
  u32(8),
  u16(1),
  // IFD0 has one entry: where the GPS block is.
  concat(u16(0x8825), u16(4), u32(1), u32(26), u32(0)),
  u16(1),
  concat(u16(2), u16(5), u32(3), u32(44), u32(0)),
  concat(...[37, 1, 48, 1, 15, 1].map(u32)),
)

const segment = (marker: number, body: Uint8Array) =>
  concat(Uint8Array.of(0xff, marker), u16(body.length + 2), body)

/** A JPEG with more segments behind its first two bytes. */
export const withSegments = (jpeg: Uint8Array, ...segments: [marker: number, body: Uint8Array][]) =>
  concat(
    jpeg.subarray(0, 2),
    ...segments.map(([marker, body]) => segment(marker, body)),
    jpeg.subarray(2),
  )

/** A PNG chunk. Its check sum is left empty: nothing here decodes it. */
export const pngChunk = (name: string, body: Uint8Array) =>
  concat(u32(body.length), latin(name), body, u32(0))

/** A PNG with more chunks behind its header. */
export const withPngChunks = (png: Uint8Array, ...chunks: Uint8Array[]) =>
  concat(png.subarray(0, 33), ...chunks, png.subarray(33))

export const webpChunk = (name: string, body: Uint8Array) =>
  concat(latin(name), u32le(body.length), body, new Uint8Array(body.length % 2))

/** A WebP of these chunks. */
export function webp(...chunks: Uint8Array[]) {
  const inner = concat(latin('WEBP'), ...chunks)
  return concat(latin('RIFF'), u32le(inner.length), inner)
}

/** The chunks, segments or blocks of a picture by name, in order. */
export function partsOf(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4))
  const names: string[] = []
  if (text(0) === 'RIFF') {
    for (
      let at = 12;
      at < bytes.length;
      at += 8 + view.getUint32(at + 4, true) + (view.getUint32(at + 4, true) % 2)
    )
      names.push(text(at))
  } else if (bytes[0] === 0x89) {
    for (let at = 8; at < bytes.length; at += 12 + view.getUint32(at)) names.push(text(at + 4))
  } else {
    for (let at = 2; bytes[at + 1] !== 0xda; at += 2 + view.getUint16(at + 2))
      names.push(bytes[at + 1]!.toString(16))
  }
  return names
}
