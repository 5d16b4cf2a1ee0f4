// Signed URLs: good for one file and a short time, for whoever holds them.
import { beforeAll, expect, test } from 'vitest'
import { image, pixel, privateBucket } from './storage_world.ts'
import { ask, target, visitor } from './support.ts'

const world = privateBucket()
const mine = () => world.person.client.storage.from(world.bucket)
const path = (name: string) => `${world.person.id}/${name}`

beforeAll(async () => {
  for (const name of ['a.png', 'b.png']) await mine().upload(path(name), image())
})

async function signed(name: string, seconds = 60): Promise<string> {
  const { data, error } = await mine().createSignedUrl(path(name), seconds)
  if (error) throw error
  return data.signedUrl
}

test('A signed link opens its file without a key', async () => {
  const answer = await fetch(await signed('a.png'))
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('image/png')
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(pixel)
})

test('A signed link opens no other file, and no link is signed by guessing', async () => {
  const url = await signed('a.png')
  const swapped = await fetch(url.replace('a.png', 'b.png'))
  expect([swapped.status, (await swapped.json()).message]).toEqual([
    400,
    'The url do not match the signature',
  ])
  const forged = await fetch(url.replace(/token=.*/, 'token=abc'))
  expect([forged.status, (await forged.json()).error]).toEqual([400, 'InvalidJWT'])
  const none = await ask(`/storage/v1/object/sign/${world.bucket}/${path('a.png')}`)
  expect(none.status).toBe(400)
})

test('A signed link ends when its time is over', async () => {
  // No look at it while it is open: a busy machine may need longer than its second. The one beside it differs in time alone.
  const url = await signed('a.png', 1)
  await expect.poll(async () => (await fetch(url)).status).toBe(400)
  expect((await (await fetch(url)).json()).message).toContain('timestamp check failed')
  expect((await fetch(await signed('a.png'))).status).toBe(200)
})

test('Many links are signed at once, and a missing file says so', async () => {
  const { data } = await mine().createSignedUrls([path('a.png'), path('no.png'), path('b.png')], 60)
  expect(data?.map((each) => [each.path, each.error === null])).toEqual([
    [path('a.png'), true],
    [path('no.png'), false],
    [path('b.png'), true],
  ])
  for (const each of data ?? []) {
    if (each.signedUrl) expect((await fetch(each.signedUrl)).status).toBe(200)
  }
})

test('A link can ask to be saved under a name', async () => {
  const { data } = await mine().createSignedUrl(path('a.png'), 60, { download: 'Handbook.png' })
  const answer = await fetch(data?.signedUrl ?? '')
  expect(answer.headers.get('content-disposition')).toContain("filename*=UTF-8''Handbook.png")
})

test('A part of a file can be asked for, and an unchanged file is not sent again', async () => {
  const url = await signed('a.png')
  const part = await fetch(url, { headers: { range: 'bytes=1-3' } })
  expect([part.status, part.headers.get('content-range')]).toEqual([
    206,
    `bytes 1-3/${pixel.length}`,
  ])
  expect(await part.text()).toBe('PNG')
  const etag = part.headers.get('etag') ?? ''
  const same = await fetch(url, { headers: { 'if-none-match': etag } })
  expect([same.status, await same.text()]).toEqual([304, ''])
})

test('A link for an upload takes one file, from whoever holds it, under that name only', async () => {
  const { data, error } = await mine().createSignedUploadUrl(path('later.png'))
  if (error) throw error
  const stranger = visitor().storage.from(world.bucket)
  const elsewhere = await stranger.uploadToSignedUrl(path('else.png'), data.token, image())
  expect(elsewhere.error).toMatchObject({ message: 'The url do not match the signature' })
  const put = await stranger.uploadToSignedUrl(path('later.png'), data.token, image())
  expect(put.error).toBeNull()
  expect((await mine().download(path('later.png'))).data?.size).toBe(pixel.length)
  const again = await stranger.uploadToSignedUrl(path('later.png'), data.token, image())
  expect(again.error).toMatchObject({ statusCode: '409' })
})

test('A page of any origin may ask', async () => {
  const asked = await fetch(`${target.url}/storage/v1/object/${world.bucket}/x.png`, {
    method: 'OPTIONS',
    headers: {
      origin: 'https://example.org',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization, x-upsert',
    },
  })
  expect(asked.headers.get('access-control-allow-origin')).toBe('*')
  expect(asked.headers.get('access-control-allow-headers')).toContain('x-upsert')
  const read = await fetch(await signed('a.png'), { headers: { origin: 'https://example.org' } })
  expect(read.headers.get('access-control-allow-origin')).toBe('*')
})
