import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openRoom, type Room } from './room.ts'

let room: Room
beforeAll(async () => {
  room = await openRoom()
})
beforeEach(() => room.forget())
afterAll(() => room?.close())

const stored = async () =>
  (await room.sql`select name from storage.objects where bucket_id = 'resources'`).map(
    ({ name }) => name,
  )

/** A resource with a stored file; its id and the file's path. */
async function file(age = '0 days') {
  const id = crypto.randomUUID()
  await room.sql`insert into public.resources (id, kind, title) values (${id}, 'file', 'Notes')`
  const path = await store(id, age)
  await name(id, path)
  return { id, path }
}

async function store(id: string, age = '0 days'): Promise<string> {
  const path = `${id}/${crypto.randomUUID()}.pdf`
  const facts = room.sql.json({ mimetype: 'application/pdf', size: 9 })
  await room.sql`insert into storage.objects (bucket_id, name, metadata, created_at)
    values ('resources', ${path}, ${facts}, now() - ${age}::interval)`
  return path
}

const name = (id: string, path: string) =>
  room.sql`update public.resources set file_path = ${path}, file_name = 'Notes.pdf' where id = ${id}`

describe('The sweep of stored files', () => {
  it('takes the file that was replaced, and leaves the new one', async () => {
    const { id, path } = await file()
    const newer = await store(id)
    await name(id, newer)
    await room.drain()
    expect(await stored(), 'not at once').toContain(path)
    await room.work()
    expect(room.store.removed).toEqual([path])
    expect(await stored()).toEqual([newer])
  })

  it('leaves a file that was taken back within the hour', async () => {
    const { id, path } = await file()
    await name(id, await store(id))
    await name(id, path)
    await room.work()
    expect(room.store.removed).not.toContain(path)
    expect(await stored()).toContain(path)
  })

  it('keeps the file of a resource that was retired', async () => {
    const { id, path } = await file('9 days')
    await room.sql`update public.resources set retired_at = now() where id = ${id}`
    await room.sql`select private.sweep_resource_files(private.clock())`
    await room.work()
    expect(await stored()).toContain(path)
  })

  it('takes in the night what was left lying for a day, however much, and nothing younger', async () => {
    const { id } = await file('2 days')
    const young = await store(id)
    const old: string[] = []
    for (let count = 0; count < 103; count++) old.push(await store(id, '25 hours'))
    const [owed] = await room.sql`select private.sweep_resource_files(private.clock()) as owed`
    expect(owed).toEqual({ owed: true })
    await room.work()
    expect(room.store.removed.toSorted()).toEqual(old.toSorted())
    expect(await stored()).toContain(young)
    const [again] = await room.sql`select private.sweep_resource_files(private.clock()) as owed`
    expect(again).toEqual({ owed: false })
  })
})
