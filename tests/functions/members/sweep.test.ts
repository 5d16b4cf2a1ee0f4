import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Members, openMembers } from './house.ts'
import { file } from './pictures.ts'

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
const folder = (member: string) =>
  [...house.store.files.keys()].filter((path) => path.startsWith(member))

async function ada() {
  const person = await house.person('Ada')
  const { body } = await house.send(person.token, jpeg)
  return { ...person, picture: body.picture as string }
}

describe('When the store is in trouble', () => {
  it.each(['down', 'silent'] as const)(
    'and %s, she hears of it and keeps her picture',
    async (trouble) => {
      const person = await ada()
      house.store.trouble = trouble
      const { status, body, headers } = await house.send(person.token, jpeg)
      expect([status, body.error.message]).toEqual([503, 'The store of files does not answer'])
      expect(headers.get('retry-after')).toBe('5')
      expect(await house.pictureOf(person.member)).toBe(person.picture)
    },
  )

  it('and does not know our key, we are told and she is not', async () => {
    const person = await house.person('Ada')
    house.store.trouble = 'forbidden'
    const { status, body } = await house.send(person.token, jpeg)
    expect([status, body.error.message]).toEqual([503, 'The store of files is not set up yet'])
    expect(house.lines.join()).toContain('403: put in pictures')
  })

  it('and takes a picture without saying so, the picture is removed again', async () => {
    const person = await ada()
    house.store.trouble = 'done and silent'
    expect((await house.send(person.token, jpeg)).status).toBe(503)
    expect(folder(person.member)).toHaveLength(2)
    house.store.trouble = undefined
    await house.work()
    expect(folder(person.member)).toEqual([person.picture])
  })

  it('the sweep waits for it and then does its work', async () => {
    const person = await ada()
    house.store.trouble = 'down'
    await house.send(person.token, jpeg)
    await house.sql`update public.profiles set picture = null where member_id = ${person.member}`
    await house.sql`update jobs.delayed set run_at = private.clock() where run_at > private.clock()`
    const [before] =
      await house.sql`select count(*)::int as failed from jobs.attempts where outcome = 'retry'`
    await house.drain()
    const [after] =
      await house.sql`select count(*)::int as failed from jobs.attempts where outcome = 'retry'`
    expect(after!.failed).toBeGreaterThan(before!.failed)
    expect(folder(person.member)).toEqual([person.picture])
    house.store.trouble = undefined
    await house.work()
    expect(folder(person.member)).toEqual([])
  })
})

describe('Nothing stays in the store that is nobody’s picture', () => {
  it('when the function ends between storing a picture and naming it', async () => {
    const person = await ada()
    // What the door does, up to the moment at which it is killed.
    const [admitted] = await house.sql<{ path: string }[]>`
      select private.admit_picture(${person.id}, 'image/jpeg', private.clock()) as path`
    await house.bucket.put(admitted!.path, jpeg, 'image/jpeg')
    expect(folder(person.member)).toHaveLength(2)
    await house.work()
    expect(folder(person.member)).toEqual([person.picture])
    expect(await house.pictureOf(person.member)).toBe(person.picture)
  })

  it('when her row goes away while the picture is on its way', async () => {
    const person = await house.person('Ada')
    house.store.meanwhile = () => house.sql`delete from public.members where id = ${person.member}`
    const { status } = await house.send(person.token, jpeg)
    expect(status).toBe(403)
    expect(folder(person.member)).toEqual([])
  })

  it('when the picture is refused and the store cannot take it back at once', async () => {
    const person = await house.person('Ada')
    house.store.meanwhile = async () => {
      await house.sql`delete from public.members where id = ${person.member}`
      house.store.trouble = 'down'
    }
    expect((await house.send(person.token, jpeg)).status).toBe(403)
    expect(folder(person.member)).toHaveLength(1)
    house.store.trouble = undefined
    await house.work()
    expect(folder(person.member)).toEqual([])
  })

  it('when she is erased: her whole folder goes, and no other', async () => {
    const [person, other] = [await ada(), await ada()]
    for (let left = 0; left < 120; left++) {
      await house.bucket.put(`${person.member}/${crypto.randomUUID()}.jpg`, jpeg, 'image/jpeg')
    }
    await house.sql`delete from public.members where id = ${person.member}`
    await house.work()
    expect(folder(person.member)).toEqual([])
    expect(folder(other.member)).toEqual([other.picture])
  })

  it('when an admin takes the picture away in Studio', async () => {
    const person = await ada()
    await house.sql`update public.profiles set picture = null where member_id = ${person.member}`
    await house.work()
    expect(folder(person.member)).toEqual([])
  })

  it('and a sweep that runs twice, or at the same moment, does no harm', async () => {
    const person = await ada()
    await house.bucket.put(`${person.member}/${crypto.randomUUID()}.jpg`, jpeg, 'image/jpeg')
    for (let count = 0; count < 5; count++) {
      await house.sql`select jobs.enqueue('members', 'sweep_pictures',
        ${house.sql.json({ member_id: person.member })})`
    }
    await house.work()
    expect(folder(person.member)).toEqual([person.picture])
    const [dead] = await house.sql`select count(*)::int as jobs from jobs.dead`
    expect(dead!.jobs).toBe(0)
  })
})
