import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { api, ask, type Kind, keys, makePeople, type Person, sql, verdict } from './support.ts'

let cast: Awaited<ReturnType<typeof makePeople>>
let people: Record<Kind, Person>
const made: string[] = []

/** What nobody but leaders may learn of: by name, with its file, and what it says. */
const secrets = {
  'for leaders only': { audience: 'leader', published: '-1 day', retired: null },
  'a draft': { audience: 'member', published: null, retired: null },
  'scheduled for tomorrow': { audience: 'member', published: '1 day', retired: null },
  retired: { audience: 'member', published: '-9 days', retired: '-1 day' },
} as const
const hidden = {} as Record<keyof typeof secrets, { id: string; path: string }>
let open: { id: string; path: string }
let word: string

const storage = (path: string, kind: Kind, options: RequestInit = {}) =>
  fetch(`${api}/storage/v1/${path}`, {
    ...options,
    headers: {
      apikey: keys.publishable,
      ...(people[kind].token ? { authorization: `Bearer ${people[kind].token}` } : {}),
      ...options.headers,
    },
  })

/** A file of a leader, stored through the Storage API. */
async function store(id: string): Promise<string> {
  const path = `${id}/${crypto.randomUUID()}.pdf`
  const response = await storage(`object/resources/${path}`, 'leader', {
    method: 'POST',
    headers: { 'content-type': 'application/pdf' },
    body: `%PDF-1.4 ${word}`,
  })
  expect(response.status, await response.clone().text()).toBe(200)
  return path
}

async function make(title: string, secret: (typeof secrets)[keyof typeof secrets]) {
  const id = crypto.randomUUID()
  made.push(id)
  const body = {
    id,
    kind: 'file',
    title: `${title} ${word}`,
    summary: word,
    audience: secret.audience,
  }
  expect(
    (await ask('resources', { method: 'POST', body, token: people.leader.token })).status,
  ).toBe(201)
  const path = await store(id)
  await sql`update public.resources set file_path = ${path}, file_name = ${`${word}.pdf`},
    published_at = now() + ${secret.published}::interval, retired_at = now() + ${secret.retired}::interval where id = ${id}`
  return { id, path }
}

beforeAll(async () => {
  cast = await makePeople()
  people = cast.people
  word = `zx${cast.mark}`
  for (const [name, secret] of Object.entries(secrets))
    hidden[name as keyof typeof secrets] = await make(name, secret)
  open = await make('open', { ...secrets['for leaders only'], audience: 'member' as never })
})
afterAll(async () => {
  await sql`delete from public.resources where id = any (${made}::uuid[])`
  await cast.leave()
})

const outsiders: Kind[] = ['visitor', 'agent', 'stranger', 'ended']
const kindsOfReader: Kind[] = ['member', 'hidden', ...outsiders]
const names = Object.keys(secrets) as (keyof typeof secrets)[]

describe.each(kindsOfReader.map((kind) => ({ kind })))('a $kind', ({ kind }) => {
  test.each(names)('finds no trace of one that is %s, through any door', async (name) => {
    const { id, path } = hidden[name]
    const { token } = people[kind]
    const doors = [
      `resources?select=id,title&id=eq.${id}`,
      `resources?select=id,title&title=like.*${word}*`,
      `resources?select=id&file_path=eq.${path}`,
      `resources?select=id&order=title&search=fts.${word}`,
      `resource_marks?select=*,resources(title)&resource_id=eq.${id}`,
    ]
    for (const door of doors) {
      const { text } = await ask(door, { token })
      expect(text, door).not.toContain(id)
      expect(text.replaceAll(door, ''), door).not.toContain(`${name} ${word}`)
    }
    const calls: [string, object][] = [
      ['find_resources', { search: word, size: 100 }],
      [
        'find_resources',
        { search: word, after_rank: 9999999, after_published: '2099-01-01', after_id: id },
      ],
      ['resource_page', { resource: id }],
      ['home', {}],
      ['resource_to_edit', { resource: id }],
      ['lead_resources', {}],
      ['mark_resource', { resource: id, mark: 'saved', is_set: true }],
    ]
    for (const [call, body] of calls) {
      const { text } = await ask(`rpc/${call}`, { method: 'POST', body, token })
      expect(text, call).not.toContain(`${name} ${word}`)
      expect(text, call).not.toContain(path)
    }
    expect(await sql`select from public.resource_marks where resource_id = ${id}`).toEqual([])
  })

  test.each(names)('gets no byte of the file of one that is %s', async (name) => {
    const { id, path } = hidden[name]
    for (const [door, options] of [
      [`object/resources/${path}`, {}],
      [`object/authenticated/resources/${path}`, {}],
      [`object/public/resources/${path}`, {}],
      [`object/info/resources/${path}`, {}],
      [`object/sign/resources/${path}`, sign],
      ['object/list/resources', list(id)],
      ['object/list/resources', list('')],
    ] as const) {
      const response = await storage(door, kind, options)
      const text = await response.text()
      expect(text, door).not.toContain(word)
      expect(text, door).not.toContain('signedURL')
      expect(text, door).not.toContain(path.split('/')[1])
    }
  })

  test('adds, changes and stores nothing', async () => {
    const { token } = people[kind]
    const body = { id: crypto.randomUUID(), kind: 'link', title: word }
    const refused = { status: kind === 'visitor' ? 401 : 403, code: '42501' }
    expect(verdict(await ask('resources', { method: 'POST', body, token }))).toEqual(refused)
    await ask(`resources?id=eq.${open.id}`, { method: 'PATCH', body: { title: 'Mine' }, token })
    for (const stage of ['published', 'retired'])
      await ask('rpc/set_resource_stage', {
        method: 'POST',
        body: { resource: open.id, revision: 1, stage },
        token,
      })
    const response = await storage(`object/resources/${open.id}/${crypto.randomUUID()}.pdf`, kind, {
      method: 'POST',
      headers: { 'content-type': 'application/pdf' },
      body: '%PDF-1.4',
    })
    expect(response.status).toBeGreaterThanOrEqual(400)
    const over = await storage(`object/resources/${open.path}`, kind, {
      method: 'PUT',
      headers: { 'content-type': 'application/pdf', 'x-upsert': 'true' },
      body: '%PDF-1.4 mine',
    })
    expect(over.status).toBeGreaterThanOrEqual(400)
    await storage('object/resources', kind, {
      method: 'DELETE',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ prefixes: [open.path] }),
    })
    const [row] = await sql`select title, retired_at from public.resources where id = ${open.id}`
    expect(row).toEqual({ title: `open ${word}`, retired_at: null })
    expect(await sql`select from storage.objects where name = ${open.path}`).toHaveLength(1)
  })
})

const sign = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ expiresIn: 60 }),
}
const list = (prefix: string) => ({ ...sign, body: JSON.stringify({ prefix, limit: 100 }) })

describe('there is something to hide', () => {
  test.each(names)('a leader reads one that is %s, and its file', async (name) => {
    const { id, path } = hidden[name]
    const { token } = people.leader
    expect((await ask(`resources?select=title&id=eq.${id}`, { token })).text).toContain(word)
    const signed = await storage(`object/sign/resources/${path}`, 'leader', sign)
    const { signedURL } = await signed.json()
    expect(await (await fetch(`${api}/storage/v1${signedURL}`)).text()).toContain(word)
  })

  test('a member reads what is open, and its file, by a link that ends after a minute', async () => {
    const { token } = people.member
    const found = await ask('rpc/find_resources', { method: 'POST', body: { search: word }, token })
    expect(found.body.map((row: { id: string }) => row.id)).toEqual([open.id])
    const signed = await storage(`object/sign/resources/${open.path}`, 'member', sign)
    const { signedURL } = await signed.json()
    const link = new URL(`${api}/storage/v1${signedURL}`)
    expect(await (await fetch(link)).text()).toContain(word)
    const { exp, iat } = JSON.parse(
      Buffer.from(link.searchParams.get('token')!.split('.')[1]!, 'base64url').toString(),
    )
    expect(exp - iat).toBe(60)
    link.searchParams.set('token', `${link.searchParams.get('token')}x`)
    expect((await fetch(link)).status).toBeGreaterThanOrEqual(400)
  })
})

describe('a leader', () => {
  const leader = () => ({ token: people.leader.token })

  test('cannot write in the name of somebody else, or past the rules', async () => {
    for (const change of [
      { created_by: people.member.memberId },
      { updated_by: people.member.memberId },
      { published_at: '2020-01-01' },
      { retired_at: null },
      { revision: 1 },
      { embed_state: 'ready' },
      { file_size: 1 },
    ]) {
      const body = { id: crypto.randomUUID(), kind: 'link', ...change }
      const refused = { status: 403, code: '42501' }
      expect(verdict(await ask('resources', { method: 'POST', body, ...leader() }))).toEqual(
        refused,
      )
      const path = `resources?id=eq.${open.id}`
      expect(verdict(await ask(path, { method: 'PATCH', body: change, ...leader() }))).toEqual(
        refused,
      )
    }
    const gone = await ask(`resources?id=eq.${open.id}`, { method: 'DELETE', ...leader() })
    expect(verdict(gone)).toEqual({ status: 403, code: '42501' })
  })

  test.each([
    ['text/html', '<script>alert(1)</script>'],
    ['image/svg+xml', '<svg onload="alert(1)"/>'],
    ['application/x-msdownload', 'MZ'],
  ])('stores no %s', async (type, body) => {
    const path = `object/resources/${open.id}/${crypto.randomUUID()}.pdf`
    const options = { method: 'POST', headers: { 'content-type': type }, body }
    expect((await storage(path, 'leader', options)).status).toBeGreaterThanOrEqual(400)
  })

  test('replaces no stored file, and deletes none', async () => {
    const over = await storage(`object/resources/${open.path}`, 'leader', {
      method: 'PUT',
      headers: { 'content-type': 'application/pdf', 'x-upsert': 'true' },
      body: '%PDF-1.4 other',
    })
    expect(over.status).toBeGreaterThanOrEqual(400)
    await storage('object/resources', 'leader', {
      method: 'DELETE',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ prefixes: [open.path] }),
    })
    const signed = await storage(`object/sign/resources/${open.path}`, 'leader', sign)
    const { signedURL } = await signed.json()
    expect(await (await fetch(`${api}/storage/v1${signedURL}`)).text()).toContain(word)
  })

  test('is one no longer the moment the role is taken', async () => {
    await sql`update public.members set role = 'member' where id = ${people.leader.memberId!}`
    try {
      const draft = hidden['a draft']
      expect((await ask(`resources?select=id&id=eq.${draft.id}`, leader())).body).toEqual([])
      const signed = await storage(`object/sign/resources/${draft.path}`, 'leader', sign)
      expect(signed.status).toBeGreaterThanOrEqual(400)
    } finally {
      await sql`update public.members set role = 'leader' where id = ${people.leader.memberId!}`
    }
  })
})
