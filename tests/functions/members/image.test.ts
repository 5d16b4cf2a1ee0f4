import { describe, expect, it } from 'vitest'
import { cleanImage, NotAPicture } from '../../../functions/_shared/image.ts'
import {
  concat,
  file,
  gps,
  latin,
  partsOf,
  pngChunk,
  webp,
  webpChunk,
  withPngChunks,
  withSegments,
} from './pictures.ts'

const has = (bytes: Uint8Array, words: string) => Buffer.from(bytes).includes(words, 0, 'latin1')
const place = Buffer.from(gps).toString('latin1')
const plain = [
  'baseline.jpg',
  'progressive.jpg',
  'print.jpg',
  'lossy.webp',
  'lossless.webp',
  'alpha.webp',
]

describe('A picture that is only a picture', () => {
  it.each(plain)('%s stays as it is, byte for byte', (name) => {
    const clean = cleanImage(file(name))
    expect(Buffer.from(clean.bytes).equals(file(name))).toBe(true)
    expect([clean.width, clean.height]).toEqual([96, 120])
  })
})

describe('What a camera or a program wrote into a picture', () => {
  const exif = concat(latin('Exif\0\0'), gps)
  const html = '<script>alert(1)</script>'

  it('goes out of a JPEG: place, thumbnail, comment, profile, parts that nobody knows', () => {
    const base = file('baseline.jpg')
    const jfif = concat(
      latin('JFIF\0'),
      Uint8Array.of(1, 1, 0, 0, 1, 0, 1, 2, 2),
      new Uint8Array(12).fill(7),
    )
    const dirty = withSegments(
      base,
      [0xe0, jfif],
      [0xe1, exif],
      [0xe1, latin('http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>')],
      [0xe2, latin('ICC_PROFILE\0\x01\x01taken with a phone')],
      [0xeb, latin('what is this')],
      [0xed, latin('Photoshop 3.0\x008BIM')],
      [0xfe, latin(html)],
    )
    expect(has(dirty, place) && has(dirty, html)).toBe(true)
    expect(Buffer.from(cleanImage(dirty).bytes).equals(base)).toBe(true)
  })

  it('goes out of a photo as a phone makes it', () => {
    const phone = file('phone.jpg')
    expect([has(phone, 'Exif'), has(phone, 'ICC_PROFILE')]).toEqual([true, true])
    const { bytes } = cleanImage(phone)
    expect([has(bytes, 'Exif'), has(bytes, 'ICC_PROFILE'), has(bytes, 'Camera')]).toEqual([
      false,
      false,
      false,
    ])
    expect(partsOf(bytes).every((part) => ['c0', 'c4', 'db', 'dd'].includes(part))).toBe(true)
  })

  it('stays when colours cannot be read without it, and is of the length that it must have', () => {
    const adobe = concat(latin('Adobe'), Uint8Array.of(0, 100, 0, 0, 0, 0, 1))
    expect(partsOf(cleanImage(withSegments(file('baseline.jpg'), [0xee, adobe])).bytes)).toContain(
      'ee',
    )
    const stuffed = withSegments(file('baseline.jpg'), [0xee, concat(adobe, latin(html))])
    expect(() => cleanImage(stuffed)).toThrow(NotAPicture)
  })

  it('goes out of a PNG, also what makes it move', () => {
    const base = cleanImage(file('palette.png')).bytes
    expect(partsOf(base)).toEqual(['IHDR', 'PLTE', 'IDAT', 'IEND'])
    const dirty = withPngChunks(
      base,
      ...['tEXt', 'iTXt', 'zTXt', 'tIME', 'pHYs', 'iCCP', 'acTL', 'abCd'].map((name) =>
        pngChunk(name, latin(html)),
      ),
      pngChunk('eXIf', gps),
    )
    expect(Buffer.from(cleanImage(dirty).bytes).equals(base)).toBe(true)
    expect(partsOf(file('phone.png'))).toContain('eXIf')
    expect(partsOf(cleanImage(file('phone.png')).bytes)).toEqual(['IHDR', 'IDAT', 'IEND'])
    const stuffed = withPngChunks(base, pngChunk('tRNS', new Uint8Array(257)))
    expect(() => cleanImage(stuffed)).toThrow(NotAPicture)
  })

  it('goes out of a WebP, with the marks that say it is there', () => {
    const phone = file('phone.webp')
    expect(partsOf(phone)).toEqual(expect.arrayContaining(['ICCP', 'EXIF']))
    const { bytes } = cleanImage(phone)
    expect(partsOf(bytes)).toEqual(['VP8X', 'ALPH', 'VP8 '])
    expect(bytes[20], 'only: it has transparency').toBe(0x10)
    const frame = file('lossy.webp').subarray(12)
    const dirty = webp(
      webpChunk('XMP ', latin('<x:xmpmeta/>')),
      frame,
      webpChunk('EXIF', gps),
      webpChunk('abcd', latin(html)),
    )
    expect(Buffer.from(cleanImage(dirty).bytes).equals(file('lossy.webp'))).toBe(true)
  })

  it.each([...plain, 'palette.png'])('is cut off behind the end of %s', (name) => {
    const zip = latin(`PK\x03\x04${html}`)
    const clean = cleanImage(concat(file(name), zip)).bytes
    expect(Buffer.from(clean).equals(cleanImage(file(name)).bytes)).toBe(true)
    expect(has(clean, 'PK\x03\x04')).toBe(false)
  })
})

describe('What is no picture', () => {
  it.each([...plain, 'palette.png', 'phone.jpg', 'phone.webp'])(
    '%s, cut off anywhere, is refused and never read beyond its end',
    (name) => {
      const whole = cleanImage(file(name)).bytes
      for (let length = 0; length < whole.length; length++) {
        expect(() => cleanImage(whole.subarray(0, length)), `${length} bytes`).toThrow(NotAPicture)
      }
    },
  )

  it('is one with a thousand scans, which would keep a browser busy', () => {
    const jpeg = file('baseline.jpg')
    const scan = Buffer.from(jpeg).indexOf(Uint8Array.of(0xff, 0xda))
    const scans = new Array(1000).fill(jpeg.subarray(scan, -2))
    expect(() => cleanImage(concat(jpeg.subarray(0, scan), ...scans, jpeg.subarray(-2)))).toThrow(
      'damaged',
    )
  })

  it('is one that moves, or has two frames, or says two sizes', () => {
    expect(() => cleanImage(file('moving.webp'))).toThrow('does not move')
    const frame = file('lossy.webp').subarray(12)
    expect(() => cleanImage(webp(frame, frame))).toThrow('damaged')
    const canvas = (width: number) =>
      webpChunk('VP8X', Uint8Array.of(0, 0, 0, 0, width - 1, 0, 0, 119, 0, 0))
    expect(cleanImage(webp(canvas(96), frame)).width).toBe(96)
    expect(() => cleanImage(webp(canvas(97), frame))).toThrow('damaged')
    const png = file('palette.png')
    expect(() => cleanImage(withPngChunks(png, png.subarray(8, 33)))).toThrow('damaged')
    const jpeg = file('baseline.jpg')
    const at = Buffer.from(jpeg).indexOf(Uint8Array.of(0xff, 0xc0))
    const twice = concat(jpeg.subarray(0, at), jpeg.subarray(at, at + 19), jpeg.subarray(at))
    expect(() => cleanImage(twice)).toThrow('damaged')
  })

  it('is one that a reader would have to know more about', () => {
    expect(() =>
      cleanImage(withPngChunks(file('palette.png'), pngChunk('CgBI', latin('1234')))),
    ).toThrow('damaged')
    const arithmetic = file('baseline.jpg')
    arithmetic[Buffer.from(arithmetic).indexOf(Uint8Array.of(0xff, 0xc0)) + 1] = 0xc9
    expect(() => cleanImage(arithmetic)).toThrow('damaged')
  })
})
