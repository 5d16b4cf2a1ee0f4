// What the policies of a private bucket, and the bucket itself, refuse.
import { beforeAll, expect, test } from 'vitest'
import { image, pixel, privateBucket } from './storage_world.ts'
import { admin, ask, visitor } from './support.ts'

const world = privateBucket()
const bucketOf = (client = world.person.client) => client.storage.from(world.bucket)
const path = (name: string) => `${world.person.id}/${name}`
const refused = { statusCode: '403', message: 'new row violates row-level security policy' }
const unseen = { statusCode: '404', message: 'Object not found' }

beforeAll(async () => {
  const put = await bucketOf().upload(path('secret.png'), image())
  if (put.error) throw put.error
})

test("Nobody puts a file into another's folder, nor in front of the folders", async () => {
  const theirs = bucketOf(world.other.client)
  expect((await theirs.upload(path('mine.png'), image())).error).toMatchObject(refused)
  expect((await theirs.upload('mine.png', image())).error).toMatchObject(refused)
  expect((await theirs.upload(path('secret.png'), image(), { upsert: true })).error).toMatchObject(
    refused,
  )
  expect((await theirs.createSignedUploadUrl(path('mine.png'))).error).toMatchObject(refused)
})

test("Nobody reads, lists, describes or signs a file of another's folder", async () => {
  const theirs = bucketOf(world.other.client)
  expect((await theirs.download(path('secret.png'))).error).toMatchObject({ status: 400 })
  expect((await theirs.info(path('secret.png'))).error).toMatchObject(unseen)
  expect((await theirs.createSignedUrl(path('secret.png'), 60)).error).toMatchObject(unseen)
  const batch = await theirs.createSignedUrls([path('secret.png')], 60)
  expect(batch.data?.[0]).toMatchObject({ signedUrl: null, path: path('secret.png') })
  expect((await theirs.list(world.person.id)).data).toEqual([])
  expect((await bucketOf().list(world.person.id)).data).toHaveLength(1)
})

test("Nobody moves, copies or removes a file of another's folder", async () => {
  const theirs = bucketOf(world.other.client)
  const target = `${world.other.id}/taken.png`
  expect((await theirs.move(path('secret.png'), target)).error).toMatchObject(unseen)
  expect((await theirs.copy(path('secret.png'), target)).error).toMatchObject(unseen)
  expect((await theirs.remove([path('secret.png')])).data).toEqual([])
  expect((await bucketOf().exists(path('secret.png'))).data).toBe(true)
})

test("Nobody pushes a file of their own into another's folder by moving or copying", async () => {
  const theirs = bucketOf(world.other.client)
  await theirs.upload(`${world.other.id}/gift.png`, image())
  expect((await theirs.move(`${world.other.id}/gift.png`, path('gift.png'))).error).toMatchObject(
    refused,
  )
  expect((await theirs.copy(`${world.other.id}/gift.png`, path('gift.png'))).error).toMatchObject(
    refused,
  )
})

test('A visitor gets nothing and leaves nothing', async () => {
  const nobody = bucketOf(visitor())
  expect((await nobody.upload(path('x.png'), image())).error).toMatchObject(refused)
  expect((await nobody.info(path('secret.png'))).error).toMatchObject(unseen)
  expect((await nobody.list(world.person.id)).data).toEqual([])
  const open = await ask(`/storage/v1/object/public/${world.bucket}/${path('secret.png')}`)
  expect([open.status, open.body.statusCode]).toEqual([400, '404'])
  const keyless = await ask(`/storage/v1/object/${world.bucket}/${path('secret.png')}`, {
    headers: { apikey: undefined },
  })
  expect(keyless.status).toBe(401)
})

test('A token that is not ours is refused', async () => {
  const answer = await ask(`/storage/v1/object/${world.bucket}/${path('secret.png')}`, {
    headers: { authorization: 'Bearer a.b.c' },
  })
  expect(answer.body).toMatchObject({ statusCode: '403', error: 'Unauthorized' })
})

test.each([
  ['with dots', '../'],
  ['with coded dots', '%2e%2e/'],
  ['with a coded slash', '..%2f'],
])("A path %s does not lead into another's folder", async (_how, up) => {
  const headers = { authorization: `Bearer ${world.other.session.access_token}` }
  const trick = `/storage/v1/object/${world.bucket}/${world.other.id}/${up}${path('secret.png')}`
  const read = await ask(trick, { headers })
  expect(read.status).toBe(400)
  expect(read.body.statusCode).toBe('404')
  const written = await ask(trick, {
    method: 'PUT',
    headers: { ...headers, 'content-type': 'image/png' },
    body: new Uint8Array([1, 2, 3]),
  })
  const kept = await bucketOf().download(path('secret.png'))
  expect(kept.data?.size).toBe(pixel.length)
  // What the trick wrote, if it was let write at all, lies in the writer's own folder under that odd name.
  if (written.status === 200) expect(written.body.Key).toMatch(`${world.bucket}/${world.other.id}/`)
})

test('A name with signs that Storage does not take is refused', async () => {
  expect((await bucketOf().upload(path('naïve.png'), image())).error).toMatchObject({
    statusCode: '400',
    message: expect.stringContaining('Invalid key'),
  })
})

test('A bucket refuses what is too big or of another type, however it is sent', async () => {
  const big = Buffer.alloc(2049)
  const tooBig = { statusCode: '413', message: 'The object exceeded the maximum allowed size' }
  expect((await bucketOf().upload(path('big.png'), image(big))).error).toMatchObject(tooBig)
  const raw = await bucketOf().upload(path('big.png'), big, { contentType: 'image/png' })
  expect(raw.error).toMatchObject(tooBig)
  const svg = await bucketOf().upload(path('a.svg'), '<svg/>', { contentType: 'image/svg+xml' })
  const wrong = { statusCode: '415', message: 'mime type image/svg+xml is not supported' }
  expect(svg.error).toMatchObject(wrong)
  expect((await bucketOf().exists(path('big.png'))).data).toBe(false)
})

test('The limits of a bucket hold for the secret key as well', async () => {
  const all = admin.storage.from(world.bucket)
  expect((await all.upload('x.png', image(Buffer.alloc(2049)))).error).toMatchObject({
    statusCode: '413',
  })
})

test('Only the secret key sees and makes buckets', async () => {
  expect((await world.person.client.storage.listBuckets()).data).toEqual([])
  expect((await world.person.client.storage.createBucket('mine')).error).toMatchObject(refused)
  const { data } = await admin.storage.getBucket(world.bucket)
  expect(data).toMatchObject({ public: false, file_size_limit: 2048 })
  expect((await admin.storage.deleteBucket(world.bucket)).error).toMatchObject({
    message: 'The bucket you tried to delete is not empty',
  })
})
