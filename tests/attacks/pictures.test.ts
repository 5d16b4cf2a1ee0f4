import { readFileSync } from 'node:fs'
import { createClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { api, ask, type Kind, keys, makePeople, type Person, sql, verdict } from './support.ts'

let cast: Awaited<ReturnType<typeof makePeople>>
let people: Record<Kind, Person>
const pictures = {} as Record<Kind, string>
const members: Kind[] = ['member', 'hidden', 'ended', 'leader']
beforeAll(async () => {
  cast = await makePeople()
  people = cast.people
  for (const kind of members) pictures[kind] = await send(kind)
})
afterAll(() => cast.leave())

const photo = readFileSync(new URL('../functions/members/files/phone.jpg', import.meta.url))

/** The bucket as one person's own client reaches it. */
const bucketOf = (kind: Kind) => {
  const { token } = people[kind]
  const options = token ? { accessToken: async () => token } : {}
  return createClient(api, keys.publishable, options).storage.from('pictures')
}

/** Sends a picture through the door, as the site does; answers its path. */
async function send(kind: Kind, type = 'image/jpeg'): Promise<string> {
  const response = await fetch(`${api}/functions/v1/members/picture`, {
    method: 'POST',
    headers: {
      apikey: keys.publishable,
      authorization: `Bearer ${people[kind].token}`,
      'content-type': type,
    },
    body: photo,
  })
  const body = await response.json()
  expect(body, 'the door takes it').toEqual({ picture: expect.any(String) })
  return body.picture
}

/** Whether somebody may read an object, tried in each way that there is. All of them agree. */
async function reads(kind: Kind, path: string): Promise<boolean> {
  const bucket = bucketOf(kind)
  const folder = path.split('/')[0]!
  const ways = {
    sign: !(await bucket.createSignedUrl(path, 60)).error,
    'sign many': !(await bucket.createSignedUrls([path], 60)).data?.[0]?.error,
    download: !(await bucket.download(path)).error,
    list: ((await bucket.list(folder)).data ?? []).some(({ name }) => path.endsWith(name)),
  }
  const answers = new Set(Object.values(ways))
  expect(answers.size, `${kind}: ${JSON.stringify(ways)}`).toBe(1)
  return ways.sign
}

describe('a picture', () => {
  test('is seen by her and by entitled members, and by nobody else', async () => {
    for (const kind of ['member', 'hidden', 'leader'] as const)
      expect(await reads(kind, pictures.member), kind).toBe(true)
    for (const kind of ['visitor', 'stranger', 'ended'] as const)
      expect(await reads(kind, pictures.member), kind).toBe(false)
  })

  test('of who hides, or has left, is seen by herself alone', async () => {
    for (const owner of ['hidden', 'ended'] as const) {
      expect(await reads(owner, pictures[owner])).toBe(true)
      for (const kind of ['visitor', 'stranger', 'member', 'leader'] as const)
        expect(await reads(kind, pictures[owner]), `${kind} reads ${owner}'s`).toBe(false)
    }
  })

  test('that she hides is signed for nobody from then on, and comes back when she says so', async () => {
    const patch = async (body: object) => {
      const own = `profiles?member_id=eq.${people.member.memberId}`
      const { status } = await ask(own, { method: 'PATCH', body, token: people.member.token })
      expect(status).toBe(204)
    }
    expect(await reads('hidden', pictures.member)).toBe(true)
    await patch({ leader_fields: ['picture'] })
    expect(await reads('hidden', pictures.member)).toBe(false)
    expect(await reads('leader', pictures.member)).toBe(true)
    await patch({ leader_fields: [], hidden_fields: ['picture'] })
    expect(await reads('leader', pictures.member)).toBe(false)
    expect(await reads('member', pictures.member)).toBe(true)
    await patch({ hidden_fields: [], is_visible: false })
    expect(await reads('leader', pictures.member)).toBe(false)
    await patch({ is_visible: true })
    expect(await reads('leader', pictures.member)).toBe(true)
  })

  test('has no public address, and says nothing of where it was taken', async () => {
    const open = await fetch(`${api}/storage/v1/object/public/pictures/${pictures.member}`)
    expect(open.status).toBe(400)
    const { data } = await bucketOf('hidden').download(pictures.member)
    const bytes = Buffer.from(await data!.arrayBuffer())
    expect([photo.includes('Exif'), bytes.includes('Exif')]).toEqual([true, false])
    expect(data!.type).toBe('image/jpeg')
  })

  test('that was replaced is gone from the store a moment later, for everybody', async () => {
    const before = pictures.member
    const now = await send('member')
    await vi.waitFor(
      async () => {
        const rows = await sql`select name from storage.objects where bucket_id = 'pictures'
          and name like ${`${people.member.memberId}/%`}`
        expect(rows.map(({ name }) => name)).toEqual([now])
      },
      { timeout: 30_000, interval: 200 },
    )
    expect((await bucketOf('member').createSignedUrl(before, 60)).error).not.toBeNull()
    pictures.member = now
  })
})

describe('nobody', () => {
  const html = new Blob(['<script>alert(1)</script>'], { type: 'text/html' })
  const jpeg = new Blob([photo], { type: 'image/jpeg' })

  test.each(['visitor', 'stranger', 'member', 'leader'] as const)(
    'stores, replaces, moves or deletes a picture past the door: as a %s',
    async (kind) => {
      const bucket = bucketOf(kind)
      const folders = [people.leader.memberId, people.member.memberId, 'anywhere']
      const rows = () => sql`
      select name, metadata from storage.objects where bucket_id = 'pictures' order by name`
      const before = await rows()
      for (const folder of folders) {
        const path = `${folder}/${crypto.randomUUID()}.jpg`
        for (const file of [html, jpeg]) {
          expect((await bucket.upload(path, file)).error, path).not.toBeNull()
        }
        expect((await bucket.createSignedUploadUrl(path)).error).not.toBeNull()
      }
      for (const path of [pictures.member, pictures.leader]) {
        const other = path.replace('.jpg', '.png')
        expect((await bucket.upload(path, jpeg, { upsert: true })).error).not.toBeNull()
        expect((await bucket.update(path, jpeg)).error).not.toBeNull()
        expect((await bucket.move(path, other)).error).not.toBeNull()
        expect((await bucket.copy(path, other)).error).not.toBeNull()
        expect((await bucket.remove([path])).data ?? []).toEqual([])
      }
      expect(await rows()).toEqual(before)
    },
  )

  test('names a picture past the door, not even one of her own', async () => {
    const own = `profiles?member_id=eq.${people.member.memberId}`
    for (const picture of [pictures.leader, pictures.member, null]) {
      const answer = await ask(own, {
        method: 'PATCH',
        body: { picture },
        token: people.member.token,
      })
      expect(verdict(answer)).toEqual({ status: 403, code: '42501' })
    }
    for (const name of ['set_picture', 'admit_picture', 'stray_pictures', 'sees_picture']) {
      const answer = await ask(`rpc/${name}`, {
        method: 'POST',
        body: { path: pictures.leader },
        token: people.member.token,
      })
      expect([name, answer.status]).toEqual([name, 404])
    }
  })

  test('takes away a picture but her own', async () => {
    const remove = (kind: Kind) =>
      ask('rpc/remove_picture', { method: 'POST', body: {}, token: people[kind].token })
    expect(verdict(await remove('visitor'))).toEqual({ status: 401, code: '42501' })
    expect(verdict(await remove('stranger'))).toEqual({ status: 403, code: 'PT403' })
    expect((await remove('member')).status).toBe(204)
    const named = await sql`select member_id from public.profiles where picture is not null
      and member_id = any (${members.map((kind) => people[kind].memberId!)})`
    expect(named).toHaveLength(3)
    expect(named.map(({ member_id }) => member_id)).not.toContain(people.member.memberId)
  })
})
