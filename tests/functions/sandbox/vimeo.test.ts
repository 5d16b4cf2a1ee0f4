import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClock } from '../../../scripts/sandbox/lib/clock.ts'
import type { ProviderServer } from '../../../scripts/sandbox/lib/server.ts'
import { serveVimeo } from '../../../scripts/sandbox/vimeo/server.ts'

const SITE = 'https://members.example.org'
let sandbox: ProviderServer
beforeAll(async () => {
  const clock = createClock(() => new Date())
  sandbox = await serveVimeo({ port: 0, clock, siteUrl: SITE })
})
afterAll(() => sandbox.close())

async function oembed(video: string, referer?: string) {
  const asked = `${sandbox.url}/api/oembed.json?url=${encodeURIComponent(video)}&dnt=1`
  const response = await fetch(asked, referer ? { headers: { referer } } : {})
  const text = await response.text()
  return { status: response.status, body: response.ok ? JSON.parse(text) : text }
}

const control = (path: string, body?: object, method = body ? 'POST' : 'GET') =>
  fetch(
    `${sandbox.url}/_sandbox/${path}`,
    body ? { method, body: JSON.stringify(body) } : { method },
  )

test.each([
  'https://vimeo.com/900000001/a1b2c3d4e5',
  'https://www.vimeo.com/900000001?h=a1b2c3d4e5',
  'https://player.vimeo.com/video/900000001?h=a1b2c3d4e5',
  'https://vimeo.com/manage/videos/900000001/a1b2c3d4e5',
])('a video is told about under %s', async (address) => {
  expect(await oembed(address)).toMatchObject({
    status: 200,
    body: {
      title: 'Prompts that survive contact with colleagues',
      duration: 2412,
      video_id: 900000001,
      html: expect.stringContaining('/video/900000001?h=a1b2c3d4e5'),
    },
  })
})

test.each([
  ['without its hash', 'https://vimeo.com/900000001'],
  ['with another hash', 'https://vimeo.com/900000001/ffff'],
  ['that is private', 'https://vimeo.com/900000404'],
  ['that nobody made', 'https://vimeo.com/1'],
  ['at another house', 'https://example.org/900000003'],
  ['that is no address', 'hello'],
])('a video %s is not found', async (_how, address) => {
  expect((await oembed(address)).status).toBe(404)
})

test('a video that may not be embedded is refused', async () => {
  expect((await oembed('https://vimeo.com/900000403')).status).toBe(403)
})

test('a video of certain sites tells all to these and little to others', async () => {
  const locked = await oembed('https://vimeo.com/900000200', 'https://example.com/')
  expect(locked).toMatchObject({
    status: 200,
    body: { domain_status_code: 403, video_id: 900000200 },
  })
  expect(locked.body.title).toBeUndefined()
  const own = await oembed('https://vimeo.com/900000200', `${SITE}/lead/resources/`)
  expect(own.body).toMatchObject({ title: 'On this site only' })
  expect(own.body.domain_status_code).toBeUndefined()
})

test('the player says that it is the sandbox’s and keeps to hash and sites', async () => {
  const open = async (path: string, referer = `${SITE}/`) => {
    const response = await fetch(sandbox.url + path, { headers: { referer } })
    return [response.status, await response.text()] as const
  }
  const [status, page] = await open('/video/900000001?h=a1b2c3d4e5&dnt=1')
  expect(status).toBe(200)
  expect(page).toContain('The sandbox’s player')
  expect((await open('/video/900000001'))[0]).toBe(404)
  expect((await open('/video/900000200'))[0]).toBe(200)
  expect((await open('/video/900000200', 'https://example.com/'))[0]).toBe(403)
})

test('videos are put, taken away and brought back by a reset', async () => {
  await control('vimeo/videos', { id: '77', title: '<b>Bold</b>', seconds: 5 })
  expect((await oembed('https://vimeo.com/77')).body.title).toBe('<b>Bold</b>')
  expect(await (await fetch(`${sandbox.url}/video/77`)).text()).toContain('&lt;b&gt;Bold')
  expect(await (await fetch(sandbox.url)).text()).toContain('&lt;b&gt;Bold')
  expect((await control('vimeo/videos/77', undefined, 'DELETE')).status).toBe(200)
  expect((await control('vimeo/videos/77', undefined, 'DELETE')).status).toBe(404)
  expect((await control('vimeo/videos', { id: 'seven' })).status).toBe(400)
  await control('vimeo/videos/900000003', undefined, 'DELETE')
  await control('reset', {})
  expect((await oembed('https://vimeo.com/900000003')).status).toBe(200)
})

test('the ledger tells what was asked, and the faults strike the questions only', async () => {
  await control('reset', {})
  await oembed('https://vimeo.com/900000003')
  await oembed('https://vimeo.com/2')
  expect(sandbox.ledger.entries().map(({ effect }) => effect)).toEqual([
    'oembed.told',
    'oembed.missing',
  ])
  await control('faults', [
    { kind: 'rate_limit', times: 1, retryAfter: 7 },
    { kind: 'server_error', times: 1 },
    { kind: 'garbage', times: 1 },
  ])
  const player = await fetch(`${sandbox.url}/video/900000003`)
  expect(player.status).toBe(200)
  const limited = await fetch(`${sandbox.url}/api/oembed.json?url=x`)
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7'])
  expect((await oembed('x')).status).toBe(500)
  await expect(oembed('x')).rejects.toThrow('JSON')
})
