// What a person does with files of their own, through storage-js.
import { expect, test } from 'vitest'
import { image, pixel, privateBucket } from './storage_world.ts'
import { admin } from './support.ts'

const world = privateBucket()
const mine = () => world.person.client.storage.from(world.bucket)
const path = (name: string) => `${world.person.id}/${name}`

test('A file comes back as it went in, with its type', async () => {
  const put = await mine().upload(path('one.png'), image(), { cacheControl: '60' })
  expect(put.error).toBeNull()
  expect(put.data).toMatchObject({
    path: path('one.png'),
    fullPath: `${world.bucket}/${path('one.png')}`,
  })
  const { data } = await mine().download(path('one.png'))
  expect(data?.type).toBe('image/png')
  expect(Buffer.from((await data?.arrayBuffer()) ?? new ArrayBuffer())).toEqual(pixel)
})

test('A file may be sent as plain bytes, with metadata of its own', async () => {
  const put = await mine().upload(path('note.txt'), new TextEncoder().encode('héllo'), {
    contentType: 'text/plain; charset=utf-8',
    metadata: { why: 'a test' },
  })
  expect(put.error).toBeNull()
  const { data } = await mine().info(path('note.txt'))
  expect(data).toMatchObject({
    name: path('note.txt'),
    size: 6,
    contentType: 'text/plain; charset=utf-8',
    metadata: { why: 'a test' },
  })
  expect((await mine().exists(path('note.txt'))).data).toBe(true)
  expect((await mine().exists(path('gone.txt'))).data).toBe(false)
})

test('The row of a file names its owner', async () => {
  await mine().upload(path('owned.png'), image())
  const { data } = await admin.storage.from(world.bucket).list(world.person.id, { search: 'owned' })
  expect(data).toHaveLength(1)
  expect(data?.[0]).toMatchObject({
    name: 'owned.png',
    metadata: { size: pixel.length, mimetype: 'image/png' },
  })
})

test('A second upload under a name is refused unless it says that it replaces', async () => {
  await mine().upload(path('twice.png'), image())
  const again = await mine().upload(path('twice.png'), image())
  expect(again.error).toMatchObject({ statusCode: '409', message: 'The resource already exists' })
  const longer = Buffer.concat([pixel, pixel])
  const replaced = await mine().upload(path('twice.png'), image(longer), { upsert: true })
  expect(replaced.error).toBeNull()
  expect((await mine().download(path('twice.png'))).data?.size).toBe(longer.length)
  const updated = await mine().update(path('twice.png'), image())
  expect(updated.error).toBeNull()
  expect((await mine().download(path('twice.png'))).data?.size).toBe(pixel.length)
})

test('A folder lists its folders and then its files, sorted, in pages', async () => {
  for (const name of ['shelf/b.png', 'shelf/a.png', 'shelf/deep/c.png', 'shelf/deep/d.png']) {
    await mine().upload(path(name), image())
  }
  const { data } = await mine().list(path('shelf'))
  expect(data?.map(({ name, id }) => [name, id === null])).toEqual([
    ['deep', true],
    ['a.png', false],
    ['b.png', false],
  ])
  const backwards = await mine().list(path('shelf'), { sortBy: { column: 'name', order: 'desc' } })
  expect(backwards.data?.map(({ name }) => name)).toEqual(['deep', 'b.png', 'a.png'])
  const page = await mine().list(path('shelf'), { limit: 1, offset: 1 })
  expect(page.data?.map(({ name }) => name)).toEqual(['a.png'])
  const found = await mine().list(path('shelf'), { search: 'b' })
  expect(found.data?.map(({ name }) => name)).toEqual(['b.png'])
})

test('A file moves and is copied', async () => {
  await mine().upload(path('from.png'), image())
  const moved = await mine().move(path('from.png'), path('to.png'))
  expect(moved.error).toBeNull()
  expect((await mine().exists(path('from.png'))).data).toBe(false)
  const copied = await mine().copy(path('to.png'), path('copy.png'))
  expect(copied.error).toBeNull()
  await mine().remove([path('to.png')])
  expect((await mine().download(path('copy.png'))).data?.size).toBe(pixel.length)
})

test('Removing says what went and is silent about what was not there', async () => {
  await mine().upload(path('bye.png'), image())
  const { data } = await mine().remove([path('bye.png'), path('never.png')])
  expect(data?.map(({ name }) => name)).toEqual([path('bye.png')])
  expect((await mine().download(path('bye.png'))).error).not.toBeNull()
})

test('The secret key works on every file of every bucket', async () => {
  await mine().upload(path('seen.png'), image())
  const all = admin.storage.from(world.bucket)
  expect((await all.download(path('seen.png'))).data?.size).toBe(pixel.length)
  expect(
    (await all.upload('house/rules.txt', 'kind', { contentType: 'text/plain' })).error,
  ).toBeNull()
  const { data } = await all.list('')
  expect(data?.map(({ name }) => name).sort()).toEqual(['house', world.person.id].sort())
})
