import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, type Kind, makePeople, type Person, sql, verdict } from './support.ts'

const fields = ['headline', 'bio', 'location', 'links', 'offers', 'seeks', 'interests'] as const
type Field = (typeof fields)[number]

let cast: Awaited<ReturnType<typeof makePeople>>
let people: Record<Kind, Person>
let secrets: Record<Field, string>
/** Kinds of people who look at the leader's profile, and get an answer at all. */
const lookers = ['member', 'hidden', 'ended', 'stranger', 'visitor'] as const
const as = (kind: Kind) => ({ token: people[kind].token })
const call = (name: string, body: object, kind: Kind) =>
  ask(`rpc/${name}`, { method: 'POST', body, ...as(kind) })
const names = (answer: { body: unknown }) =>
  Array.isArray(answer.body) ? answer.body.map((row: { name: string }) => row.name) : answer.body

/** Has the leader keep fields for herself, or for leaders. */
const keepBack = (hidden: readonly string[], forLeaders: readonly string[] = []) => sql`
  update public.profiles set hidden_fields = ${hidden as string[]}::text[]::public.profile_field[],
         leader_fields = ${forLeaders as string[]}::text[]::public.profile_field[]
   where member_id = ${people.leader.memberId!}`

beforeAll(async () => {
  cast = await makePeople()
  people = cast.people
  const { mark } = cast
  secrets = {
    headline: `headline-${mark}`,
    bio: `bio-${mark}`,
    location: `location-${mark}`,
    links: `https://links-${mark}.example.org/`,
    offers: `offers-${mark}`,
    seeks: `seeks-${mark}`,
    interests: `interests-${mark}`,
  }
  await sql`insert into public.topics (topic, name) values (${secrets.interests}, ${secrets.interests})`
  await sql`update public.profiles set headline = ${secrets.headline}, bio = ${secrets.bio}, location = ${secrets.location},
      offers = ${secrets.offers}, seeks = ${secrets.seeks}, links = ${[secrets.links]}, interests = ${[secrets.interests]}
    where member_id = ${people.leader.memberId!}`
})
afterAll(async () => {
  await sql`update public.profiles set interests = '{}' where interests @> ${[secrets.interests]}`
  await sql`delete from public.topics where topic = ${secrets.interests}`
  await cast.leave()
})

/** Every door through which a field of somebody else could come, or be guessed by whether an answer is empty. */
function doors(field: Field, guess: string): [path: string, body?: object][] {
  const like = encodeURIComponent(`*${guess}*`)
  const holds = encodeURIComponent(`{${guess}}`)
  const column = field
  const matches =
    field === 'links' || field === 'interests' ? `${column}=cs.${holds}` : `${column}=like.${like}`
  return [
    [`profiles?select=name,${column}&name=neq.nobody&${matches}`],
    [`profiles?select=name&${matches}`],
    [`profiles?select=member_id&order=${column}&member_id=eq.${people.leader.memberId}`],
    [`profiles?select=name&or=(${matches.replace('=', '.')})`],
    [`members?select=id,profiles(${column})&id=eq.${people.leader.memberId}`],
    [`members?select=id,profiles!inner(name)&profiles.${matches}`],
    ['rpc/directory', { search: guess }],
    ['rpc/directory', { search: people.leader.name, place: guess }],
    ['rpc/directory', { search: people.leader.name, interest: guess }],
    ['rpc/directory', { interest: guess }],
    ['rpc/directory_places', { typed: guess }],
    [`rpc/directory?select=name&location=like.${like}`, { search: guess }],
    ['rpc/member_page', { member_id: people.leader.memberId }],
    [`rpc/member_page?select=name&${matches}`, { member_id: people.leader.memberId }],
    // The topics to choose from are no secret; her own profile brings them along.
    ...(field === 'interests' ? [] : [['rpc/my_profile', {}] as [string, object]]),
    ['rpc/preview_profile', { seen_by: 'leader' }],
    ['rpc/home', {}],
  ]
}
const open = ([path, body]: [path: string, body?: object], kind: Kind) =>
  ask(path, { ...(body ? { method: 'POST', body } : {}), ...as(kind) })

describe('a field that somebody keeps to herself', () => {
  test.each(fields)('%s is seen by a member while it is open', async (field) => {
    await keepBack([])
    const answer = await call('member_page', { member_id: people.leader.memberId }, 'member')
    expect(answer.text).toContain(secrets[field])
    if (field === 'links') return
    expect(names(await call('directory', { search: secrets[field] }, 'member'))).toEqual([
      people.leader.name,
    ])
  })

  test.each(fields)('%s comes through no door, and cannot be guessed at any', async (field) => {
    for (const [hidden, forLeaders] of [
      [[field], []],
      [[], [field]],
    ] as const) {
      await keepBack(hidden, forLeaders)
      for (const kind of lookers) {
        const tried = await Promise.all(
          doors(field, secrets[field]).map((door) => open(door, kind)),
        )
        const wrong = await Promise.all(doors(field, 'zzzzzzzz').map((door) => open(door, kind)))
        for (const [index, answer] of tried.entries()) {
          const [path] = doors(field, secrets[field])[index]!
          expect(answer.text, path).not.toContain(secrets[field])
          expect(
            [answer.status, answer.text, answer.headers.get('content-range')],
            `${path}: a right guess looks like a wrong one`,
          ).toEqual([
            wrong[index]!.status,
            wrong[index]!.text,
            wrong[index]!.headers.get('content-range'),
          ])
        }
      }
    }
    await keepBack([])
  })

  test('is not searched for leaders either, who see what is for leaders on her page', async () => {
    await sql`update public.members set role = 'leader' where id = ${people.member.memberId!}`
    await keepBack(['bio'], ['offers'])
    const page = await call('member_page', { member_id: people.leader.memberId }, 'member')
    expect(page.text).toContain(secrets.offers)
    expect(page.text).not.toContain(secrets.bio)
    for (const search of [secrets.offers, secrets.bio])
      expect(names(await call('directory', { search }, 'member'))).toEqual([])
    await sql`update public.members set role = 'member' where id = ${people.member.memberId!}`
    await keepBack([])
  })

  test.each(['search_key', 'place_key', 'interest_keys', 'name_key', 'access_until'])(
    'does not come by the column %s, which nobody reads',
    async (column) => {
      for (const path of [`profiles?select=${column}`, `profiles?select=name&order=${column}`])
        for (const kind of ['member', 'leader'] as const)
          expect(verdict(await ask(path, as(kind))), path).toEqual({ status: 403, code: '42501' })
    },
  )
})

describe("another member's row", () => {
  const change = (path: string, body: object, prefer = 'return=representation') =>
    ask(path, { method: 'PATCH', body, headers: { prefer }, ...as('member') })
  const held = () => sql`
    select name, headline, hidden_fields::text[], leader_fields::text[], is_visible, picture, interests
      from public.profiles where member_id = ${people.leader.memberId!}`

  test.each([
    { hidden_fields: [] },
    { leader_fields: ['bio'] },
    { is_visible: false },
    { interests: [] },
    { links: ['https://evil.example/'] },
    { name: 'Defaced' },
  ])('is not changed by %j, however it is named', async (body) => {
    const before = await held()
    for (const path of [
      `profiles?member_id=eq.${people.leader.memberId}&select=name`,
      `profiles?name=eq.${encodeURIComponent(people.leader.name)}&select=name`,
    ]) {
      const answer = await change(path, body)
      expect([answer.status, answer.body]).toEqual([200, []])
    }
    expect(await held()).toEqual(before)
  })

  test('is not written over by an upsert, moved, or deleted', async () => {
    const before = await held()
    const row = { member_id: people.leader.memberId, name: 'Defaced' }
    for (const answer of [
      await ask('profiles?on_conflict=member_id', {
        method: 'POST',
        body: row,
        headers: { prefer: 'resolution=merge-duplicates' },
        ...as('member'),
      }),
      await change(`profiles?member_id=eq.${people.member.memberId}&select=name`, {
        member_id: people.leader.memberId,
      }),
      await ask(`profiles?member_id=eq.${people.leader.memberId}`, {
        method: 'DELETE',
        ...as('member'),
      }),
    ])
      expect(verdict(answer)).toEqual({ status: 403, code: '42501' })
    expect(await held()).toEqual(before)
  })

  test('gives nobody its picture, or another path than the door made', async () => {
    const path = `${people.leader.memberId}/99999999-0000-4000-8000-000000000001.webp`
    for (const body of [{ picture: path }, { picture: null }])
      expect(
        verdict(await change(`profiles?member_id=eq.${people.member.memberId}&select=name`, body)),
      ).toEqual({ status: 403, code: '42501' })
  })
})

describe('one’s own row', () => {
  test.each([
    [{ links: ['javascript:alert(1)'] }, 'links'],
    [{ links: ['https://a.example', 'data:text/html,x'] }, 'links'],
    [{ links: ['https://user:password@example.org/'] }, 'links'],
    [{ links: Array.from({ length: 6 }, (_, n) => `https://example.org/${n}`) }, 'links'],
    [{ interests: ['no-such-topic'] }, 'interests'],
    [{ interests: ['data', 'data'] }, 'interests'],
    [{ linkedin_url: 'https://linkedin.com.evil.example/in/me' }, 'linkedin_url'],
  ])('refuses %j with a sentence at the field', async (body, field) => {
    const own = `profiles?member_id=eq.${people.member.memberId}`
    const answer = await ask(own, { method: 'PATCH', body, ...as('member') })
    expect([answer.status, answer.body.code, answer.body.details]).toEqual([422, 'PT422', field])
    expect(answer.body.message).toMatch(/^[A-Z].{10,}/)
    expect(answer.body.hint).toMatch(/^[A-Z].*\.$/)
  })
})
