import { parse } from 'smol-toml'
import { describe, expect, test } from 'vitest'
import { filesLike, offences, read } from './files.ts'

interface Config {
  api: { schemas: string[]; auto_expose_new_tables: boolean }
  functions: Record<string, { verify_jwt: boolean; entrypoint: string; import_map: string }>
}

const config = parse(read('supabase/config.toml')) as unknown as Config
const sources = filesLike(/^functions\/.*\.ts$/)
const rooms = [...new Set(sources.map((file) => file.split('/')[1] ?? ''))]
  .filter((room) => !room.startsWith('_'))
  .sort()

describe('supabase/config.toml', () => {
  test('lists the functions that have a folder, and no other', () => {
    expect(rooms.length).toBeGreaterThan(0)
    expect(Object.keys(config.functions).sort()).toEqual(rooms)
  })

  test.each(rooms)('says where %s begins and where its packages are named', (room) => {
    const { entrypoint, import_map } = config.functions[room] ?? {}
    expect(entrypoint).toBe(`../functions/${room}/index.ts`)
    expect(import_map).toBe('../deno.json')
    expect(sources).toContain(`functions/${room}/index.ts`)
  })

  test('serves public and nothing hidden', () => {
    expect(config.api.schemas).toEqual(['public', 'graphql_public'])
    expect(config.api.auto_expose_new_tables).toBe(false)
  })
})

describe('the sources of functions', () => {
  test('name the runtime in index.ts only', () => {
    const elsewhere = sources.filter((file) => !/^functions\/[a-z]+\/index\.ts$/.test(file))
    const code = (line: string) => !/^\s*(\/?\*|\/\/)/.test(line)
    expect(
      offences(elsewhere, (line) => code(line) && /\bDeno\b|\bEdgeRuntime\b/.test(line)),
    ).toEqual([])
  })

  test('take environment and time as arguments', () => {
    const inner = sources.filter((file) => !/\/(index|platform)\.ts$/.test(file))
    const asks = /process\.env|\bimport\.meta\.env|NODE_ENV|localhost|127\.0\.0\.1/
    expect(offences(inner, (line) => asks.test(line))).toEqual([])
  })

  test('write their log through the log that keeps personal data out', () => {
    const others = sources.filter((file) => file !== 'functions/_shared/platform.ts')
    expect(offences(others, (line) => /\bconsole\.\w+\(/.test(line))).toEqual([])
  })

  test('speak to a provider through its own client only', () => {
    const clients = /^functions\/_shared\/providers\//
    const sdk = /^import (?!type).*'(stripe|resend|@mailchimp\/[a-z_]+|@slack\/web-api)'/
    expect(
      offences(
        sources.filter((file) => !clients.test(file)),
        (line) => sdk.test(line),
      ),
    ).toEqual([])
  })
})

describe('.env.example', () => {
  const listed = [...read('.env.example').matchAll(/^([A-Z][A-Z_]+)=/gm)].map(
    (found) => found[1] ?? '',
  )
  const names = (files: string[], pattern: RegExp) =>
    files.flatMap((file) => [...read(file).matchAll(pattern)].map((found) => found[1] ?? ''))
  const used = new Set([
    ...names(sources, /'([A-Z]+(?:_[A-Z]+)+)'/g),
    ...names(filesLike(/^site\/.*\.(ts|astro|mjs)$/), /\b(PUBLIC_[A-Z_]+)\b/g),
  ])
  // Given by the platform; `supabase secrets set` skips names that begin like these.
  const given = /^(SUPABASE|SB)_/

  test('has every variable that functions read', () => {
    expect(used.size).toBeGreaterThan(5)
    expect([...used].filter((name) => !given.test(name) && !listed.includes(name))).toEqual([])
  })

  test('has no variable that nothing reads', () => {
    expect(listed.filter((name) => !used.has(name))).toEqual([])
  })

  test('holds no secret', () => {
    const filled = read('.env.example').match(/^[A-Z_]*(KEY|SECRET|TOKEN|PASSWORD)[A-Z_]*=.+$/gm)
    expect(filled ?? []).toEqual([])
  })

  test('says of every variable what it is and what breaks without it', () => {
    const blocks = read('.env.example')
      .split(/\n\s*\n/)
      .filter((block) => /^[A-Z_]+=/m.test(block))
    expect(blocks).toHaveLength(listed.length)
    const says = /Without it:|Leave empty/
    expect(blocks.filter((block) => !block.startsWith('#') || !says.test(block))).toEqual([])
  })
})
