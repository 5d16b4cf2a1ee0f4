import { basename } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isFresh, stamp } from '../../scripts/policies.ts'
import { filesLike, offences, read } from './files.ts'

const migrations = filesLike(/^migrations\/.*\.sql$/)
const stamps = migrations.filter((file) => /_policies\.sql$/.test(file))
const written = migrations.filter((file) => !stamps.includes(file))
const policies = filesLike(/^policies\/.*\.sql$/)
const rooms =
  'house members memberships audience events resources slack agents jobs operations messaging connections mentorship insights admin'.split(
    ' ',
  )

const statesVolatility = /\b(immutable|stable|volatile)\b/

/** Names of functions whose head does not say whether they change or depend on anything. */
function unstated(sql: string): string[] {
  return [...sql.matchAll(/create (?:or replace )?function\s+([^\s(]+)[\s\S]*?\bas \$/g)]
    .filter(([head]) => !statesVolatility.test(head) && !/returns trigger/.test(head))
    .map((found) => found[1] ?? '')
}

const writesPolicy = (line: string) => /^\s*(create|alter|drop)\s+policy\b/i.test(line)
const grantsToRequests = (line: string) =>
  /^\s*(grant|create policy)\b/i.test(line) &&
  /\bto\b.*\b(anon|authenticated|service_role|agent|public)\b/i.test(line)

describe('migrations', () => {
  test('have a name of their own, in order, that says their room', () => {
    const names = migrations.map((file) => basename(file))
    expect(names.length).toBeGreaterThan(0)
    for (const name of names) {
      const [, room] = /^\d{14}_([a-z]+)(_[a-z_]+)?\.sql$/.exec(name) ?? []
      expect([...rooms, 'policies'], name).toContain(room)
    }
    const moments = names.map((name) => name.slice(0, 14))
    expect(new Set(moments).size).toBe(moments.length)
  })

  test('leave policies to the policy files', () => {
    expect(offences(written, writesPolicy)).toEqual([])
  })

  test('leave grants to the policy files, but for the ground of the house', () => {
    const others = written.filter((file) => !file.endsWith('_house.sql'))
    expect(offences(others, grantsToRequests)).toEqual([])
  })

  test('are written in lower case', () => {
    const loud = /^\s*(CREATE|ALTER|SELECT|INSERT|UPDATE|DELETE|GRANT|REVOKE|BEGIN|RETURN)\b/
    expect(offences([...migrations, ...policies], (line) => loud.test(line))).toEqual([])
  })

  test('say of every function whether it changes anything', () => {
    const found = written.flatMap((file) =>
      unstated(read(file)).map((name) => `${basename(file)} ${name}`),
    )
    expect(found).toEqual([])
  })

  test('install extensions as hosted Supabase expects it', () => {
    const odd = (line: string) =>
      /create extension/i.test(line) &&
      !/^create extension if not exists \w+( with schema \w+)?;$/.test(line)
    expect(offences(migrations, odd)).toEqual([])
  })

  test('hold nothing that only a superuser may do', () => {
    const superuser =
      /\b(alter system|session_replication_role|security label|create language|copy .* program)\b/i
    expect(offences(migrations, (line) => superuser.test(line))).toEqual([])
  })
})

describe('policy files', () => {
  test.each(policies)('%s is of one room and opens with who may do what', (file) => {
    expect(rooms).toContain(basename(file, '.sql'))
    expect(read(file)).toMatch(/^-- Room: [a-z]+\. Who may (do )?what[.:]\n/)
  })

  test('can be run again: a policy is dropped before it is made', () => {
    for (const file of policies) {
      const sql = read(file)
      for (const [, name, table] of sql.matchAll(/create policy (\w+) on ([\w.]+)/g)) {
        const dropped = sql.indexOf(`drop policy if exists ${name} on ${table};`)
        expect(dropped, `${file}: ${name} on ${table}`).toBeGreaterThan(-1)
        expect(dropped).toBeLessThan(sql.indexOf(`create policy ${name} on ${table}`))
      }
    }
  })

  test('stand in the migration that was stamped from them', () => {
    expect(isFresh()).toBe(true)
    for (const file of policies) expect(stamp()).toContain(read(file).trimEnd())
  })

  test('close a table to every role before they open it', () => {
    for (const file of policies.filter((one) => /create policy/.test(read(one))))
      expect(read(file), file).toMatch(
        /^revoke all on [\s\S]*?from anon, authenticated, service_role, agent;/m,
      )
  })
})

test('These rules object to a policy, a grant and a silent function in a migration', () => {
  expect(writesPolicy('create policy select_self on public.members for select')).toBe(true)
  expect(grantsToRequests('grant select on public.members to authenticated;')).toBe(true)
  expect(
    unstated(
      "create function private.f() returns int language sql set search_path = '' as $$ select 1 $$",
    ),
  ).toEqual(['private.f'])
})
