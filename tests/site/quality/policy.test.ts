// The Content-Security-Policy is strict, and nothing secret is in what is served. That no page breaks it in any state
// is asked in scenes.test.ts.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { loadKeys, sandboxSecrets } from '../../../scripts/local/environment.ts'
import { runFolder } from '../../../scripts/local/run-folder.ts'
import { openSite, type Site } from '../support/site.ts'
import { built } from './built.ts'
import { pages } from './pages.ts'
import { listen } from './support.ts'

const { site: origin } = inject('urls')
let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

test('A page that breaks its policy is seen', async () => {
  const { page, context } = await site.visit()
  const refused = await listen(page)
  await page.goto('/')
  await page.evaluate(() => {
    document.body.insertAdjacentHTML(
      'beforeend',
      '<p style="color: red">x</p><img src="https://example.org/x.png">',
    )
  })
  await expect.poll(refused).toContainEqual(expect.stringMatching(/^style-src-attr inline/))
  await expect
    .poll(refused)
    .toContainEqual(expect.stringMatching(/^img-src https:\/\/example\.org/))
  await context.close()
})

test.each([...new Set(pages.map(({ path }) => path.split('?')[0] ?? ''))])(
  '%s is sent with strict headers',
  async (path) => {
    const { headers } = await fetch(origin + path)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/default-src 'none'/)
    expect(policy).toMatch(/frame-ancestors 'none'/)
    expect(policy).toMatch(/base-uri 'none'/)
    expect(policy).not.toMatch(/unsafe-|\*|data:|http:(?!\/\/127\.0\.0\.1)/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('strict-origin-when-cross-origin')
    expect(headers.get('strict-transport-security')).toMatch(/max-age=\d{8}/)
    expect(headers.get('permissions-policy')).toContain('camera=()')
  },
)

const files = () =>
  globSync('**/*', { cwd: built, withFileTypes: true }).filter((entry) => entry.isFile())

test('No page has inline code, inline styles or handlers in its text', () => {
  for (const file of globSync('**/*.html', { cwd: built })) {
    const text = readFileSync(join(built, file), 'utf8')
    const inline = [
      ...text.matchAll(/<script(?![^>]*\bsrc=)[^>]*>|<[^>]+\s(?:style|on\w+)=["'][^>]*>/g),
    ]
      // Data for search engines is not code.
      .filter(([tag]) => !/type="application\/ld\+json"/.test(tag))
    expect([file, inline.map(([tag]) => tag)]).toEqual([file, []])
  }
})

test('No secret is in anything that is served, and the publishable key is', async () => {
  const keys = await loadKeys(runFolder(inject('stackName')))
  const secret = [
    keys.secret,
    'sb_secret_',
    'service_role',
    'postgresql://',
    ...Object.values(sandboxSecrets),
  ]
    // Numbers of a journey's steps stand in many texts.
    .filter((word) => word.length > 3)
  const texts = files().map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
  expect(texts.length).toBeGreaterThan(pages.length)
  const whole = texts.join('\n')
  expect(secret.filter((word) => whole.includes(word))).toEqual([])
  // A key in the form of a token would begin like this, whatever its role.
  expect(whole).not.toMatch(/eyJ[\w-]{20,}\.eyJ[\w-]{20,}/)
  expect(whole).toContain(keys.publishable)
})
