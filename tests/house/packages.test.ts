import { parse } from 'smol-toml'
import { describe, expect, test } from 'vitest'
import { filesLike, offences, read } from './files.ts'

interface Locked {
  version?: string
  resolved?: string
  integrity?: string
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
}

const manifest = JSON.parse(read('package.json'))
const deno = JSON.parse(read('deno.json')) as { imports: Record<string, string> }
const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> }
const versions: Record<string, string> = { ...manifest.dependencies, ...manifest.devDependencies }

/** Optional packages that a lock file names and has no entry for. */
function missingOptional(packages: Record<string, Locked>): string[] {
  const known = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)))
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !known.has(name))
      .map((name) => `${path} → ${name}`),
  )
}

describe('packages', () => {
  test('have one exact version each', () => {
    const loose = Object.entries(versions).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))
    expect(loose).toEqual([])
  })

  test('have the same version under Node and under Deno', () => {
    expect(Object.keys(deno.imports).length).toBeGreaterThan(0)
    for (const [name, address] of Object.entries(deno.imports))
      expect(address).toBe(`npm:${name}@${manifest.dependencies[name]}`)
  })

  test('may run install scripts only where that is needed, at the locked version', () => {
    const allowed = Object.keys(manifest.allowScripts ?? {})
    expect(allowed.map((key) => key.replace(/@[^@]*$/, '')).toSorted()).toEqual([
      'deno',
      'esbuild',
      'node',
    ])
    for (const key of allowed) {
      const [name, version] = [
        key.slice(0, key.lastIndexOf('@')),
        key.slice(key.lastIndexOf('@') + 1),
      ]
      expect(lock.packages[`node_modules/${name}`]?.version, name).toBe(version)
    }
  })

  test('are all used', () => {
    // Run by their names, or types and peers that another package asks for.
    const tools = new Set([
      '@astrojs/check',
      '@biomejs/biome',
      '@electric-sql/pglite-pgmq',
      '@types/deno',
      '@types/mailchimp__mailchimp_marketing',
      '@types/node',
      'deno',
      'node',
      'typescript',
    ])
    const text = filesLike(/\.(ts|mjs|astro)$/)
      .map(read)
      .join('\n')
    const imported = (name: string) =>
      new RegExp(`(from|import)\\s*\\(?\\s*['"]${name}(/[^'"]*)?['"]|resolve\\('${name}`).test(text)
    expect(Object.keys(versions).filter((name) => !tools.has(name) && !imported(name))).toEqual([])
  })

  test('that functions import by a bare name are in the import map', () => {
    const imports = filesLike(/^functions\/.*\.ts$/).flatMap((file) =>
      [...read(file).matchAll(/(?<!')(?:from|import)\s*\(?\s*'([^'.][^']*)'/g)].map(
        (found) => found[1] ?? '',
      ),
    )
    const bare = imports.filter((name) => !name.startsWith('node:'))
    expect(bare.length).toBeGreaterThan(0)
    expect(bare.filter((name) => !(name in deno.imports))).toEqual([])
  })

  test('that the import map names are those that functions use', () => {
    const text = filesLike(/^functions\/.*\.ts$/)
      .map(read)
      .join('\n')
    expect(Object.keys(deno.imports).filter((name) => !text.includes(`'${name}'`))).toEqual([])
  })

  test('of another place than the registry are not needed', () => {
    expect(
      offences(filesLike(/^functions\/.*\.ts$/), (line) => /from '(https?|jsr):/.test(line)),
    ).toEqual([])
  })
})

describe('the lock file', () => {
  test('agrees with package.json', () => {
    const { dependencies, devDependencies } = lock.packages[''] as Record<string, object>
    expect({ ...dependencies, ...devDependencies }).toEqual(versions)
    for (const [name, version] of Object.entries(versions))
      expect(lock.packages[`node_modules/${name}`]?.version, name).toBe(version)
  })

  test('names no download address, so that every registry can serve it', () => {
    const held = Object.entries(lock.packages).filter(([, { resolved }]) => resolved !== undefined)
    expect(held.map(([path]) => path)).toEqual([])
    expect(read('.npmrc')).toContain('omit-lockfile-registry-resolved=true')
  })

  test('has the checksum of every package', () => {
    const bare = Object.entries(lock.packages).filter(
      ([path, { integrity }]) => path !== '' && !integrity,
    )
    expect(bare.map(([path]) => path)).toEqual([])
  })

  test('has an entry for every package of every platform', () => {
    expect(missingOptional(lock.packages)).toEqual([])
  })

  test('is found incomplete when one platform is left out', () => {
    const [left] = Object.keys(lock.packages).filter((path) => /linux-x64|linux_x64/.test(path))
    expect(left).toBeDefined()
    const { [left ?? '']: _gone, ...rest } = lock.packages
    expect(missingOptional(rest)).not.toEqual([])
  })
})

test('The project keeps one description of itself for the CLI, and it can be read', () => {
  expect(parse(read('supabase/config.toml')).project_id).toBe(manifest.name)
})
