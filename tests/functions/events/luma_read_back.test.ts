import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openRoom, type Room } from './room.ts'

let room: Room
beforeAll(async () => {
  room = await openRoom()
})
afterAll(() => room?.close())
beforeEach(async () => {
  await room.forget()
})

/** What happens at Luma from here on is told by no webhook. */
const unheard = () =>
  fetch(`${room.luma.url}/_sandbox/webhooks`, { method: 'POST', body: '{"drop":true}' })
const start = async () => {
  const [row] = await room.sql`select private.start_read_back(private.clock()) as run`
  return row!.run as number
}
const runs = () => room.sql`select * from private.luma_read_backs order by id`
const titles = async () => {
  const rows =
    await room.sql`select title from public.events where state = 'published' order by title`
  return rows.map(({ title }) => title)
}

async function many(count: number) {
  for (let at = 0; at < count; at++) {
    const start_at = new Date(Date.now() + (at + 1) * 3_600_000).toISOString()
    await room.order('create', { name: `Event ${String(at).padStart(3, '0')}`, start_at })
  }
}

describe('The nightly reading of all events at Luma', () => {
  it('makes the database whole: page by page what was made, edited and deleted unheard', async () => {
    const kept = await room.publish({ title: 'Kept' })
    const edited = await room.publish({ title: 'Edited' })
    const deleted = await room.publish({ title: 'Deleted' })
    await room.work()
    await unheard()
    await many(101)
    const lumaId = async (id: string) => (await room.held(id)).luma_id
    await room.order('change', { event: await lumaId(edited), name: 'Edited at Luma' })
    await room.order('cancel', { event: await lumaId(deleted) })
    await start()
    await room.work(12)

    const [run] = await runs()
    expect(run).toMatchObject({
      pages: 3,
      entries: 103,
      unknown: 101,
      edited: 1,
      missing: 1,
      refused: null,
    })
    expect(run!.finished_at).not.toBeNull()
    expect(await titles()).toHaveLength(103)
    expect((await room.held(kept)).title).toBe('Kept')
    expect((await room.held(edited)).title).toBe('Edited at Luma')
    expect((await room.held(deleted)).state).toBe('canceled')

    // Another night finds nothing new and changes nothing.
    const [before] = await room.sql`select sum(revision)::int as revisions from public.events`
    await start()
    await room.work(12)
    expect((await runs())[1]).toMatchObject({ entries: 103, unknown: 0, edited: 0, missing: 0 })
    expect((await room.sql`select sum(revision)::int as revisions from public.events`)[0]).toEqual(
      before,
    )
  })

  it('goes on where it stopped when Luma fails half-way', async () => {
    await unheard()
    await many(101)
    const run = await start()
    await room.sql`update jobs.kinds set lease = lease where queue = 'events'`
    room.luma.faults.add({ kind: 'server_error', path: 'calendars/events/list', times: 3 })
    await room.work(16)
    const [held] = await runs()
    expect(held).toMatchObject({ id: run, pages: 3, entries: 101, unknown: 101 })
    const asked = room.luma.requests
      .entries()
      .filter(({ path }) => path.includes('/v1/calendars/events/list'))
    expect(asked).toHaveLength(6)
    expect(await titles()).toHaveLength(101)
  })

  it('that is asked for twice is one', async () => {
    await unheard()
    await many(3)
    const [one, two] = [await start(), await start()]
    expect(two).toBe(one)
    await room.work()
    expect(await runs()).toHaveLength(1)
    expect((await runs())[0]).toMatchObject({ pages: 1, entries: 3 })
    expect(await titles()).toHaveLength(3)
  })

  it('is not believed when it misses most of our events: nothing is canceled, an admin is told', async () => {
    for (let at = 0; at < 5; at++) await room.publish({ title: `Ours ${at}` })
    await room.work()
    await unheard()
    for (const { id } of await room.atLuma()) await room.order('cancel', { event: id })
    await start()
    await room.work()
    const [run] = await runs()
    expect(run!.refused).toBe(
      'Luma listed 0 events, but not 5 of 5 that stand here. Is LUMA_API_KEY of the right calendar?',
    )
    expect(await titles()).toHaveLength(5)
    const [told] =
      await room.sql`select why from admin.attention where what = 'Luma list not believed'`
    expect(told!.why).toBe(run!.refused)
  })

  it('leaves an event to the hosts of both when it was copied at Luma with our reference in it', async () => {
    const id = await room.publish({ title: 'Original' })
    await room.work()
    const { marker } = await room.held(id)
    // Copied weeks later.
    await room.sql`update jobs.effects set started_at = started_at - interval '20 days'`
    await unheard()
    await room.order('create', {
      name: 'A copy',
      description_md: `One long table.\n\nReference: ${marker}`,
    })
    await start()
    await room.work()
    expect(await titles()).toEqual(['A copy', 'Original'])
    const [copy] =
      await room.sql`select description, origin from public.events where title = 'A copy'`
    expect(copy).toEqual({ description: 'One long table.', origin: 'luma' })
    expect((await room.held(id)).twin_id).toBeNull()
  })
})
