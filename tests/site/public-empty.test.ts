import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { buildSite } from '../../scripts/local/site.ts'
import { community } from '../../site/community.config.ts'

const folder = mkdtempSync(join(tmpdir(), 'commons-empty-'))
let built: string
const read = (file: string) => readFileSync(join(built, file), 'utf8')

beforeAll(async () => {
  built = await buildSite({ folder, api: '', publishable: '', site: inject('urls').site })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a calendar without public events says so kindly, and where to go', () => {
  const page = read('events/index.html')
  expect(page).toContain(community.events.noneTitle)
  expect(page).toContain(community.events.noneText)
  expect(page).not.toContain('<time')
  expect(read('index.html')).toContain(community.home.eventsNone)
})

test('feeds without events are whole', () => {
  expect(read('events.ics')).toMatch(/^BEGIN:VCALENDAR\r\n[\s\S]*END:VCALENDAR\s*$/)
  expect(read('events.ics')).not.toContain('VEVENT')
  expect(read('events.xml')).toMatch(/<channel>[\s\S]*<\/channel><\/rss>$/)
  expect(read('events.xml')).not.toContain('<item>')
})

test('a site built without a database promises no price and no list', () => {
  expect(read('join/index.html')).not.toMatch(/\$\d/)
  expect(read('privacy/index.html')).toContain(community.privacy.none)
})

test('a database that is named but does not answer stops the build', async () => {
  const broken = mkdtempSync(join(tmpdir(), 'commons-broken-'))
  try {
    const { site } = inject('urls')
    await expect(
      buildSite({ folder: broken, api: 'http://127.0.0.1:9', publishable: 'nobody', site }),
    ).rejects.toThrow('The site could not be built')
  } finally {
    rmSync(broken, { recursive: true, force: true })
  }
})
