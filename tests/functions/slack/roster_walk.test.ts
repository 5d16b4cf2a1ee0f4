import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openRoom, type Room } from './room.ts'

let room: Room
beforeAll(async () => {
  room = await openRoom()
})
beforeEach(() => room.forget())
afterAll(() => room?.close())

const quiet = (email: string, more: object = {}) =>
  room.control('people', { email, quiet: true, ...more })

async function run(kind = 'scheduled') {
  const [row] = await room.sql<{ id: number }[]>`
    select private.start_slack_run(${kind}::private.slack_run_kind, private.clock())::integer as id`
  return row!.id
}
async function ended(id: number) {
  const [row] = await room.sql`select * from admin.slack_runs where id = ${id}`
  return row!
}
const attention = () =>
  room.sql`select what, id, why from private.slack_attention(private.clock()) where what <> 'Slack share link'`
const calls = (method: string) =>
  room.slack.requests.entries().filter(({ path }) => path === `/api/${method}`).length

describe('The walk through everybody in Slack', () => {
  it('finds members by their proved addresses, whatever their case, and says where each stands', async () => {
    for (const name of ['ada', 'bea', 'gus', 'dea']) await room.member(`${name}@example.org`)
    await room.member('unproved@example.org', { verified: false })
    await room.member('lapsed@example.org', { entitled: false })
    await room.member('gone@example.org', { entitled: false })
    await quiet('Ada@Example.org', { displayName: 'Ada P.' })
    await quiet('gus@example.org', { isRestricted: true })
    await quiet('dea@example.org', { deleted: true })
    await quiet('unproved@example.org')
    await quiet('lapsed@example.org')
    await quiet('stranger@example.net')
    const id = await run()
    await room.work()
    expect(await room.standing()).toEqual({
      ada: 'active',
      bea: 'not_found',
      dea: 'deactivated',
      gus: 'inactive',
      lapsed: 'active',
      // Who is neither entitled nor was ever seen there is not asked for.
      gone: 'not asked for',
      unproved: 'not asked for',
    })
    expect(await ended(id)).toMatchObject({
      state: 'done',
      matched: 4,
      to_look_up: 1,
      looked_up: 1,
      failed: 0,
    })
    const [ada] = await room.sql`
      select * from admin.slack_people where email = 'ada@example.org'`
    expect(ada).toMatchObject({ display_name: 'Ada P.', in_words: 'in Slack', is_entitled: true })
    expect(ada!.slack_page).toBe(`https://wdai-sandbox.slack.com/team/${ada!.slack_user_id}`)
    expect(ada!.last_seen_at).not.toBeNull()
    expect(room.lines.join()).not.toMatch(/@|Ada P/)
  })

  it('reads pages until the cursor is empty, also when they are shorter than asked for', async () => {
    await room.control('people/bulk', { count: 450, prefix: 'p' })
    for (const number of [1, 199, 200, 201, 450]) await room.member(`p${number}@example.org`)
    await room.control('pages', { short: true })
    const id = await run()
    await room.work()
    const { pages, seen, matched } = await ended(id)
    expect({ pages, seen, matched }).toEqual({ pages: 7, seen: 452, matched: 5 })
  })

  it('asks for who was not on the list by every address that she proved', async () => {
    const bea = await room.member('bea@example.org')
    await room.sql`
      insert into public.member_emails (email, member_id, verified_at, source)
      values ('bea.work@example.org', ${bea}, private.clock(), 'admin')`
    await quiet('someone@example.org')
    const id = await run()
    // She comes after the walk and before her look-up, and the event of it is lost.
    const [page] = await room.sql`select private.slack_page_to_read(${id}, 0) as cursor`
    expect(page!.cursor).toBe('')
    const people = await room.client.people('')
    await room.sql`select private.take_slack_page(${id}, 0, ${room.sql.json(people.items as never)}, '')`
    await quiet('bea.work@example.org')
    await room.work()
    expect(await room.standing()).toMatchObject({ bea: 'active' })
    expect(calls('users.lookupByEmail')).toBe(2)
  })

  it('is one run, however often it is asked for at once', async () => {
    await room.member('ada@example.org')
    await quiet('ada@example.org')
    const ids = await Promise.all([run(), run('asked'), run()])
    expect(new Set(ids).size).toBe(1)
    await room.work()
    expect(calls('users.list')).toBe(1)
    expect((await ended(ids[0]!)).state).toBe('done')
  })

  it('begins at the first page again when Slack has forgotten the cursor', async () => {
    await room.control('people/bulk', { count: 300, prefix: 'p' })
    await room.member('p250@example.org')
    const id = await run()
    const first = await room.client.people('')
    await room.sql`select private.take_slack_page(${id}, 0, ${room.sql.json(first.items as never)}, ${first.next})`
    await room.control('answers', { method: 'users.list', error: 'invalid_cursor' })
    await room.work()
    expect(await ended(id)).toMatchObject({ state: 'done', matched: 1, seen: 302 })
  })

  it('goes on with her account when she changed its address, and lets it go when another member proves that', async () => {
    const ada = await room.member('ada@example.org')
    const account = await quiet('ada@example.org')
    await run()
    await room.work()
    await room.control('people/change', { who: account.id, email: 'new@example.org', quiet: true })
    await room.sql`update private.slack_runs set started_at = started_at - interval '1 day'`
    await run()
    await room.work()
    const held = () => room.sql`
      select member_id, status from private.slack_people where slack_user_id = ${account.id}`
    expect(await held()).toEqual([{ member_id: ada, status: 'active' }])

    const eve = await room.member('new@example.org')
    await run()
    await room.work()
    expect(await held()).toEqual([{ member_id: eve, status: 'active' }])
    expect(await room.standing()).toMatchObject({ ada: 'not_found' })
  })
})

describe('A run that cannot be true', () => {
  async function known(count: number) {
    for (let number = 1; number <= count; number++) {
      await room.member(`k${number}@example.org`)
      await quiet(`k${number}@example.org`)
    }
    await run()
    await room.work()
    expect(new Set(Object.values(await room.standing()))).toEqual(new Set(['active']))
  }

  it('with nobody of ours is refused: yesterday stays, nobody is asked for, and it waits for an admin', async () => {
    await known(3)
    await fetch(`${room.slack.url}/_sandbox/reset`, { method: 'POST' })
    const id = await run()
    await room.work()
    expect(await ended(id)).toMatchObject({ state: 'refused', lost: 3 })
    expect(new Set(Object.values(await room.standing()))).toEqual(new Set(['active']))
    expect(calls('users.lookupByEmail')).toBe(0)
    expect(await attention()).toMatchObject([{ what: 'Slack run', id: String(id) }])
    // An admin who knows why says so.
    const [said] = await room.sql`select admin.sync_slack(accept_losses => true) as words`
    expect(said!.words).toMatch(/^Run \d+ is under way/)
    await room.work()
    expect(new Set(Object.values(await room.standing()))).toEqual(new Set(['not_found']))
    expect(await attention()).toEqual([])
  })

  it('of another workspace is refused before it reads anybody', async () => {
    await known(1)
    await room.sql`select private.note_slack_workspace('T0THEOLD', 'The old one', 'https://old.slack.com/')`
    room.slack.requests.clear()
    const id = await run()
    await room.work()
    expect(await ended(id)).toMatchObject({
      state: 'refused',
      note: 'The token opens another workspace: Women Defining AI instead of The old one. Nobody was turned unknown.',
    })
    expect(calls('users.list')).toBe(0)
    await room.sql`select admin.sync_slack(accept_losses => true)`
    await room.work()
    const [settings] = await room.sql`select team_id from private.slack_settings`
    expect(settings!.team_id).toBe('T0SANDBOX')
  })

  it('with fewer than half of those known is refused before anybody is asked for', async () => {
    await known(9)
    const { people } = await room.state()
    await fetch(`${room.slack.url}/_sandbox/reset`, { method: 'POST' })
    for (const { email } of people.filter((one) => /^k[1-4]@/.test(one.email))) await quiet(email)
    const id = await run()
    await room.work()
    expect(await ended(id)).toMatchObject({ state: 'refused', lost: 5, known_before: 9 })
    expect(calls('users.lookupByEmail')).toBe(0)
    expect(new Set(Object.values(await room.standing()))).toEqual(new Set(['active']))
  })

  it('is believed when a few of many are gone', async () => {
    await known(9)
    await room.control('people/change', {
      who: 'k1@example.org',
      email: 'x@example.net',
      quiet: true,
    })
    await room.sql`update private.slack_people set slack_user_id = 'U9GONE' where slack_user_id = (
      select slack_user_id from admin.slack_people where email = 'k1@example.org')`
    const id = await run()
    await room.work()
    expect(await ended(id)).toMatchObject({ state: 'done', lost: 1 })
    expect(await room.standing()).toMatchObject({ k1: 'not_found', k2: 'active' })
  })
})
