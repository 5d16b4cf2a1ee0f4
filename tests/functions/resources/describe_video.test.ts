import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openRoom, type Room } from './room.ts'

let room: Room
beforeAll(async () => {
  room = await openRoom()
})
beforeEach(() => room.forget())
afterEach(() => {
  vi.restoreAllMocks()
})
afterAll(() => room?.close())

const known = 'https://vimeo.com/900000001/a1b2c3d4e5'

describe('What Vimeo says about a video', () => {
  it.each([
    ['plays', known, 'ready', 2412],
    [
      'is given by its player',
      'https://player.vimeo.com/video/900000001?h=a1b2c3d4e5',
      'ready',
      2412,
    ],
    ['lacks its hash', 'https://vimeo.com/900000001', 'missing', null],
    ['is private', 'https://vimeo.com/900000404', 'missing', null],
    ['was never there', 'https://vimeo.com/123', 'missing', null],
    ['may not be embedded', 'https://vimeo.com/900000403', 'refused', null],
    ['plays on our site only', 'https://vimeo.com/900000200', 'ready', expect.any(Number)],
    ['plays on other sites only', 'https://vimeo.com/900000201', 'domain_locked', null],
  ])('is kept when it %s', async (_, address, state, seconds) => {
    const id = await room.video(address)
    await room.work()
    expect(await room.held(id)).toMatchObject({ embed_state: state, duration_seconds: seconds })
    // An answer is no failure, whatever it says.
    expect(await room.outcomes()).toEqual([`completed: ${state}`])
  })

  it('is told to the leader in a sentence', async () => {
    const id = await room.video('https://vimeo.com/900000403')
    await room.work()
    const [row] = await room.sql`select embed_note from public.resources where id = ${id}`
    expect(row?.embed_note).toMatch(/does not let this video be embedded.*allow embedding/)
  })

  it('is no edit: the revision that a leader has seen stays the newest', async () => {
    const id = await room.video(known)
    const { revision } = await room.held(id)
    await room.work()
    expect(await room.held(id)).toMatchObject({ embed_state: 'ready', revision })
  })

  it('is asked once: a second job for it asks nobody', async () => {
    const id = await room.video(known)
    await room.work()
    const args = room.sql.json({ resource_id: id })
    await room.sql`select jobs.enqueue('resources', 'describe_video', ${args})`
    await room.work()
    expect(room.vimeo.requests.entries()).toHaveLength(1)
    expect(await room.outcomes()).toEqual(['completed: ready', 'completed: nothing left to do'])
  })

  it('is asked anew when the address changes, and never for another change', async () => {
    const id = await room.video(known)
    await room.work()
    await room.sql`update public.resources set title = 'Another title' where id = ${id}`
    await room.work()
    expect(room.vimeo.requests.entries()).toHaveLength(1)
    await room.sql`update public.resources set video_url = 'https://vimeo.com/900000403' where id = ${id}`
    expect(await room.held(id)).toMatchObject({ embed_state: 'unknown', duration_seconds: null })
    await room.work()
    expect(await room.held(id)).toMatchObject({ embed_state: 'refused' })
  })

  it('about an address that was changed meanwhile is not written down', async () => {
    const id = await room.video(known)
    const { describe: ask } = room.client
    vi.spyOn(room.client, 'describe').mockImplementationOnce(async (...given) => {
      const told = await ask(...given)
      await room.sql`update public.resources set video_url = 'https://vimeo.com/900000003' where id = ${id}`
      return told
    })
    await room.work()
    expect(await room.held(id)).toMatchObject({ embed_state: 'ready', duration_seconds: 1866 })
    expect(await room.outcomes()).toEqual([
      'completed: the address changed meanwhile',
      'completed: ready',
    ])
  })
})

describe('The door of the room', () => {
  const ring = (secret?: string) =>
    room.app.request('/resources/drain', {
      method: 'POST',
      headers: secret ? { authorization: `Bearer ${secret}` } : {},
    })

  it('works the queue for who knows the secret, and for nobody else', async () => {
    const id = await room.video(known)
    expect((await ring()).status).toBe(401)
    expect((await ring('wrong')).status).toBe(401)
    expect((await room.held(id)).embed_state).toBe('unknown')
    expect((await ring('test-worker-secret')).status).toBe(202)
    await expect.poll(async () => (await room.held(id)).embed_state).toBe('ready')
    // What works behind the door has ended before the next test empties its tables.
    await room.drain()
  })

  it('stays shut while the secret is not set', async () => {
    room.settings.WORKER_SECRET = ''
    try {
      expect((await ring('')).status).toBe(503)
    } finally {
      room.settings.WORKER_SECRET = 'test-worker-secret'
    }
  })

  it('is the only one', async () => {
    expect((await room.app.request('/resources/')).status).toBe(404)
    expect((await room.app.request('/resources/drain')).status).toBe(405)
  })
})
