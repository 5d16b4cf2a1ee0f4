import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { SITE } from '../support/house.ts'
import { type Members, openMembers } from './house.ts'
import { concat, file, gps, latin, pngChunk, withPngChunks, withSegments } from './pictures.ts'

let house: Members
beforeAll(async () => {
  house = await openMembers()
})
afterEach(() => {
  house.store.trouble = undefined
  house.store.meanwhile = undefined
})
afterAll(() => house?.close())

const jpeg = file('baseline.jpg')

/** What the store holds in a member's folder. */
const folder = (member: string) =>
  [...house.store.files.keys()].filter((path) => path.startsWith(member))

describe('A member sends her picture', () => {
  it.each([
    ['baseline.jpg', 'image/jpeg', 'jpg'],
    ['palette.png', 'image/png', 'png'],
    ['lossy.webp', 'image/webp', 'webp'],
  ])('%s is kept in her folder and becomes her picture', async (name, type, ending) => {
    const ada = await house.person('Ada')
    const { status, body } = await house.send(ada.token, file(name), `${type}; charset=binary`)
    expect(status).toBe(200)
    expect(body.picture).toMatch(new RegExp(`^${ada.member}/[0-9a-f-]{36}\\.${ending}$`))
    expect(await house.pictureOf(ada.member)).toBe(body.picture)
    expect(house.store.files.get(body.picture)?.type).toBe(type)
    const [audited] = await house.sql`
      select after from private.audit_log where action = 'members.picture_set' and target_id = ${ada.member}`
    expect(audited?.after).toEqual({ picture: body.picture })
  })

  it('keeps nothing of where and with what it was taken, or of what hangs on behind it', async () => {
    const ada = await house.person('Ada')
    const photo = concat(
      withSegments(jpeg, [0xe1, concat(latin('Exif\0\0'), gps)]),
      latin('<script>'),
    )
    const { body } = await house.send(ada.token, photo)
    const stored = Buffer.from(house.store.files.get(body.picture)!.bytes)
    expect(stored.equals(jpeg)).toBe(true)
  })

  it('has one picture: the one before leaves the store', async () => {
    const ada = await house.person('Ada')
    const first = await house.send(ada.token, jpeg)
    const second = await house.send(ada.token, file('palette.png'), 'image/png')
    expect([first.status, second.status]).toEqual([200, 200])
    await house.work()
    expect(folder(ada.member)).toEqual([second.body.picture])
  })

  it('may do so after her membership has ended, because the row is hers', async () => {
    const cyn = await house.person('Cyn')
    const [entitled] =
      await house.sql`select private.is_entitled(${cyn.member}, private.clock()) as now`
    expect(entitled?.now).toBe(false)
    expect((await house.send(cyn.token, jpeg)).status).toBe(200)
  })

  it('is answered on our own pages only', async () => {
    const ada = await house.person('Ada')
    const own = await house.send(ada.token, jpeg, 'image/jpeg', { origin: SITE })
    expect(own.headers.get('access-control-allow-origin')).toBe(SITE)
    const other = await house.send(ada.token, jpeg, 'image/jpeg', {
      origin: 'https://evil.example',
    })
    expect(other.headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('The picture door refuses', () => {
  const refused = async (bytes: Uint8Array<ArrayBuffer> | string, type?: string) => {
    const bea = await house.person('Bea')
    const { status, body } = await house.send(bea.token, bytes, type)
    expect(await house.pictureOf(bea.member)).toBeNull()
    expect(folder(bea.member)).toEqual([])
    return { status, ...body.error }
  }

  it.each([
    [
      'a drawing that can hold scripts',
      '<svg xmlns="http://www.w3.org/2000/svg"/>',
      'image/svg+xml',
    ],
    ['a GIF', 'GIF89a..............', 'image/gif'],
    ['a page', '<!doctype html><script>1</script>', 'text/html'],
    ['a file of no type', 'anything', ''],
    ['a page that says it is a picture', '<!doctype html><script>1</script>', 'image/jpeg'],
    [
      'a drawing that says it is a picture',
      '<svg xmlns="http://www.w3.org/2000/svg"/>',
      'image/png',
    ],
    ['a picture that says it is another type', jpeg, 'image/png'],
  ])('%s', async (_, bytes, type) => {
    expect(await refused(bytes, type)).toEqual({
      status: 415,
      message: expect.stringMatching(/./),
      field: 'picture',
      remedy: 'Save it as JPEG, PNG or WebP, then choose it again.',
    })
  })

  it('an empty file, and one that is cut off', async () => {
    expect(await refused(new Uint8Array(0))).toMatchObject({
      status: 422,
      message: 'The file is empty',
    })
    const { status, message, field, remedy } = await refused(jpeg.slice(0, 700))
    expect({ status, message, field, remedy }).toEqual({
      status: 422,
      message: 'The picture is cut off or damaged',
      field: 'picture',
      remedy: 'Choose another one.',
    })
  })

  it('a few bytes that would unpack to more than a browser can hold', async () => {
    const bomb = file('palette.png')
    new DataView(bomb.buffer).setUint32(16, 50_000)
    new DataView(bomb.buffer).setUint32(20, 50_000)
    expect(await refused(bomb, 'image/png')).toMatchObject({
      status: 422,
      message: 'The picture is 50000 × 50000: larger than anybody can see',
      remedy: 'Choose one of at most 4096 × 4096.',
    })
  })

  it('a picture of one pixel', async () => {
    const dot = file('palette.png')
    new DataView(dot.buffer).setUint32(16, 1)
    expect(await refused(dot, 'image/png')).toMatchObject({ status: 422, field: 'picture' })
  })

  it('more than 2 MB, and takes exactly 2 MB', async () => {
    const filled = (size: number) => {
      const png = file('palette.png')
      return withPngChunks(png, pngChunk('tEXt', new Uint8Array(size - png.length - 12)))
    }
    expect(await refused(filled(2 * 1024 * 1024 + 1), 'image/png')).toMatchObject({
      status: 413,
      message: 'The picture is larger than 2 MB',
      field: 'picture',
      remedy: 'Choose a smaller one.',
    })
    const ada = await house.person('Ada')
    expect((await house.send(ada.token, filled(2 * 1024 * 1024), 'image/png')).status).toBe(200)
  })

  it('who has not signed in, and who is no member', async () => {
    expect((await house.send(undefined, jpeg)).status).toBe(401)
    expect((await house.send('not-a-token', jpeg)).status).toBe(401)
    const eve = await house.person('Eve', { stranger: true })
    const { status, body } = await house.send(eve.token, jpeg)
    expect([status, body.error.message]).toEqual([403, 'Sign up first'])
    expect((await house.app.request('/members/picture')).status).toBe(405)
  })

  it('the eleventh picture within an hour, of her and of nobody else', async () => {
    const dot = await house.person('Dot')
    for (let count = 0; count < 10; count++) {
      expect((await house.send(dot.token, jpeg)).status).toBe(200)
    }
    const { status, body, headers } = await house.send(dot.token, jpeg)
    expect([status, body.error.field, headers.get('retry-after')]).toEqual([429, 'picture', '60'])
    const lea = await house.person('Lea')
    expect((await house.send(lea.token, jpeg)).status).toBe(200)
  })
})

describe('The worker’s door of the room', () => {
  it('opens with the worker’s secret only', async () => {
    const drain = (authorization?: string) =>
      house.app.request('/members/drain', {
        method: 'POST',
        ...(authorization ? { headers: { authorization } } : {}),
      })
    expect((await drain()).status).toBe(401)
    expect((await drain('Bearer wrong')).status).toBe(401)
    expect((await drain('Bearer test-worker-secret')).status).toBe(202)
  })
})
