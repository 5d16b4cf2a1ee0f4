import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { filesLike, offences, projectFiles, read, root } from './files.ts'

const generated =
  /^(package-lock\.json|supabase\/database\.types\.ts|functions\/agents\/catalogue\.ts)$/
const text = projectFiles.filter(
  (file) => !generated.test(file) && !/\.(png|jpe?g|webp|ico|woff2?|pdf|tar|gz)$/.test(file),
)
const code = text.filter((file) => /\.(ts|mjs|js|astro|sql|css|sh)$|^\.ci\/run$/.test(file))

// Written in parts, so that these rules do not object to themselves.
const rules = {
  machine: /(^|[\s'"`(=:])(\/(home|Users|root|work|mnt|srv)\/[\w.-]|[A-Z]:\\\\?Users)/,
  registry: new RegExp(`registry\\.(npm${''}js|yarn${''}pkg)\\.(org|com)`),
  unfinished: new RegExp(`\\b(TO${''}DO|FIX${''}ME|XX${''}X|HA${''}CK)\\b`),
  skipped: new RegExp(
    `\\b(test|it|describe|suite)\\.(sk${''}ip|on${''}ly|to${''}do|fails|skipIf|runIf)\\b`,
  ),
  skippedSql: new RegExp(
    `\\bselect\\s+(\\*\\s+from\\s+)?(sk${''}ip|to${''}do)(_start)?\\s*\\(`,
    'i',
  ),
  sleeping: new RegExp(`(await|=>)\\s+.*set${''}Timeout\\(|pg_sle${''}ep\\(`),
  focused: new RegExp(`@ts-(ig${''}nore|no${''}check)`),
}

describe('no file of the project', () => {
  test("names a place on somebody's machine", () => {
    expect(offences(text, (line) => rules.machine.test(line))).toEqual([])
  })

  test('needs one particular registry', () => {
    expect(offences(text, (line) => rules.registry.test(line))).toEqual([])
  })

  test('has anything left to do', () => {
    expect(offences(text, (line) => rules.unfinished.test(line))).toEqual([])
  })

  test('switches the type checker off', () => {
    expect(offences(code, (line) => rules.focused.test(line))).toEqual([])
  })

  test('has more than 300 lines', () => {
    const long = code
      .filter((file) => !/_policies\.sql$/.test(file))
      .map((file) => [file, read(file).trimEnd().split('\n').length] as const)
      .filter(([, lines]) => lines > 300)
    expect(long).toEqual([])
  })

  test('is a copy or a try that was left lying about', () => {
    expect(projectFiles.filter((file) => /\.(orig|rej|bak|swp|log)$|~$/.test(file))).toEqual([])
  })
})

describe('no test', () => {
  const tests = filesLike(/^tests\//)

  test('is left out, or runs alone', () => {
    expect(
      offences(tests, (line) => rules.skipped.test(line) || rules.skippedSql.test(line)),
    ).toEqual([])
  })

  test('of the database sleeps', () => {
    expect(offences(filesLike(/^tests\/.*\.sql$/), (line) => rules.sleeping.test(line))).toEqual([])
  })

  test('of the database is without a plan, or changes it for good', () => {
    const files = filesLike(/^tests\/.*\.test\.sql$/)
    expect(files.length).toBeGreaterThan(0)
    const open = files.filter((file) => {
      const sql = read(file)
      return (
        !/^begin;$/m.test(sql) ||
        !/select plan\(\d+\)|no_plan\(\)/.test(sql) ||
        !/\nrollback;\s*$/.test(sql)
      )
    })
    expect(open).toEqual([])
  })
})

describe('these rules object', () => {
  test.each([
    ['machine', ['', 'home', 'ada', 'commons'].join('/')],
    ['machine', `see "${['', 'work', 'main'].join('/')}"`],
    ['registry', ['https://registry', 'npmjs', 'org/x'].join('.')],
    ['unfinished', `// ${['TO', 'DO'].join('')}: later`],
    ['skipped', `${['test', 'skip'].join('.')}('x', () => {})`],
    ['skipped', `${['describe', 'only'].join('.')}('x', () => {})`],
    ['skippedSql', `select ${['sk', 'ip'].join('')}('why', 2);`],
    ['sleeping', `select ${['pg_sl', 'eep'].join('')}(1);`],
    ['focused', `// ${['@ts', 'ignore'].join('-')}`],
  ] as const)('%s: %s', (rule, line) => {
    expect(rules[rule].test(line)).toBe(true)
  })
})

test('Every link in a page leads somewhere', () => {
  const pages = filesLike(/\.md$/)
  expect(pages.length).toBeGreaterThan(0)
  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:|mailto:|#)([^)\s#]+)(#[^)]*)?\)/g)]
      .map((found) => found[1] ?? '')
      .filter((link) => !existsSync(join(root, dirname(page), decodeURI(link))))
      .map((link) => `${page} → ${link}`),
  )
  expect(broken).toEqual([])
})
