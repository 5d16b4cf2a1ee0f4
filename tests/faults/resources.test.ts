import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openRoom, type Room } from '../functions/resources/room.ts'

let room: Room
beforeAll(async () => {
  room = await openRoom()
})
beforeEach(() => room.forget())
afterEach(() => {
  vi.restoreAllMocks()
})
afterAll(() => room?.close())

const address = 'https://vimeo.com/900000001/a1b2c3d4e5'
const everyFault = [
  'rate_limit',
  'server_error',
  'timeout_before',
  'timeout_after',
  'slow_drip',
  'garbage',
] as const

describe('A video is described in the end', () => {
  it.each(everyFault)('whatever happens to the first call: %s', async (kind) => {
    room.vimeo.faults.add({ kind, times: 1 })
    const id = await room.video(address)
    await room.work()
    expect(await room.held(id)).toMatchObject({ embed_state: 'ready', duration_seconds: 2412 })
    const [first, last] = await room.outcomes()
    expect(first).toMatch(kind === 'rate_limit' ? /^deferred: Vimeo: / : /^retry: Vimeo: /)
    expect(last).toBe('completed: ready')
  })

  it('and while Vimeo is away, nobody is told that the video is missing', async () => {
    room.vimeo.faults.add({ kind: 'server_error', times: 3 })
    const id = await room.video(address)
    await room.drain()
    expect(await room.held(id)).toMatchObject({ embed_state: 'unknown' })
    await room.work()
    expect(await room.held(id)).toMatchObject({ embed_state: 'ready' })
  })

  it('also when the worker dies between the answer and the record', async () => {
    const id = await room.video(address)
    const { describe: ask } = room.client
    vi.spyOn(room.client, 'describe').mockImplementationOnce(async (...given) => {
      await ask(...given)
      throw new Error('The worker was killed')
    })
    await room.work()
    expect(await room.held(id)).toMatchObject({ embed_state: 'ready' })
    expect(room.vimeo.requests.entries()).toHaveLength(2)
  })
})

describe('A file is swept in the end', () => {
  const leftLying = async () => {
    const path = `${crypto.randomUUID()}/${crypto.randomUUID()}.pdf`
    const facts = room.sql.json({ mimetype: 'application/pdf', size: 9 })
    await room.sql`insert into storage.objects (bucket_id, name, metadata) values ('resources', ${path}, ${facts})`
    const args = room.sql.json({ path })
    await room.sql`select jobs.enqueue('resources', 'sweep_files', ${args})`
    return path
  }
  const isStored = async (path: string) =>
    (await room.sql`select from storage.objects where bucket_id = 'resources' and name = ${path}`)
      .length === 1

  it('when Storage did not answer at first', async () => {
    const path = await leftLying()
    room.store.trouble = 'silent'
    await room.drain()
    expect(await isStored(path)).toBe(true)
    room.store.trouble = undefined
    await room.work()
    expect(await isStored(path)).toBe(false)
  })

  it('once, when its answer was lost', async () => {
    const path = await leftLying()
    room.store.trouble = 'done and silent'
    await room.drain()
    room.store.trouble = undefined
    await room.work()
    expect(room.store.removed).toEqual([path])
    expect(await room.outcomes()).toEqual([
      'retry: Storage: No answer',
      'completed: nothing left to do',
    ])
  })
})
