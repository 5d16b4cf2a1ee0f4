import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { hashOf, LIST, startMailchimp } from './mailchimp-support.ts'

let sandbox: Awaited<ReturnType<typeof startMailchimp>>
beforeAll(async () => {
  sandbox = await startMailchimp({ url: 'http://127.0.0.1:9/none' })
})
afterAll(() => sandbox.close())
beforeEach(() => sandbox.control('reset', {}))

const EVE = 'eve@example.org'
const path = (email: string) => `/lists/${LIST}/members/${hashOf(email)}`

test('a wrong key is refused with the problem document', async () => {
  const response = await fetch(`${sandbox.url}/3.0/ping`, {
    headers: { authorization: `Basic ${btoa('any:wrong-us1')}` },
  })
  expect(response.status).toBe(401)
  expect(response.headers.get('content-type')).toContain('application/problem+json')
  expect(await response.json()).toMatchObject({ title: 'API Key Invalid', status: 401 })
})

test('a required merge field stops the upsert unless the check is skipped', async () => {
  const field = { name: 'City', type: 'text', tag: 'CITY', required: true }
  await sandbox.api('POST', `/lists/${LIST}/merge-fields`, field)
  const refused = await sandbox.put(EVE)
  expect(refused).toMatchObject({ status: 400, body: { errors: [{ field: 'CITY' }] } })
  const body = { email_address: EVE, status_if_new: 'subscribed' }
  expect((await sandbox.api('PUT', `${path(EVE)}?skip_merge_validation=true`, body)).status).toBe(
    200,
  )
})

test('tags answer 204, take the hash only, and are noted once', async () => {
  await sandbox.put(EVE)
  const body = { tags: [{ name: 'active', status: 'active' }] }
  for (const _ of [1, 2]) {
    const answer = await sandbox.api('POST', `${path(EVE)}/tags`, body)
    expect(answer).toMatchObject({ status: 204, body: null })
  }
  expect((await sandbox.api('POST', `/lists/${LIST}/members/${EVE}/tags`, body)).status).toBe(404)
  expect(sandbox.ledger.entries({ effect: 'tags.changed', id: hashOf(EVE) })).toMatchObject([
    { detail: { email: EVE, added: ['active'], removed: [] } },
  ])
})

test('a journey is entered once, and only by who is subscribed', async () => {
  await sandbox.put(EVE)
  const trigger = (email: string) =>
    sandbox.api('POST', '/customer-journeys/journeys/1/steps/1/actions/trigger', {
      email_address: email,
    })
  expect((await trigger(EVE)).status).toBe(204)
  expect(await trigger(EVE)).toMatchObject({
    status: 400,
    body: { title: 'Contact Already In Journey' },
  })
  expect(sandbox.ledger.entries({ effect: 'journey.started' })).toHaveLength(1)
  expect((await trigger('nobody@example.org')).status).toBe(404)
  await sandbox.put('ada@example.org', { status_if_new: 'unsubscribed' })
  expect(await trigger('ada@example.org')).toMatchObject({
    status: 400,
    body: { title: 'Bad Request' },
  })
})

test('members are paged, filtered and trimmed', async () => {
  for (const name of ['a', 'b', 'c']) await sandbox.put(`${name}@example.org`)
  await sandbox.control('mailchimp/unsubscribe', { email: 'b@example.org' })
  const list = `/lists/${LIST}/members`
  const page = await sandbox.api(
    'GET',
    `${list}?count=1&offset=1&fields=members.email_address,total_items`,
  )
  expect(page.body).toEqual({ members: [{ email_address: 'b@example.org' }], total_items: 3 })
  expect((await sandbox.api('GET', `${list}?status=subscribed`)).body.total_items).toBe(2)
  await sandbox.api('DELETE', path('c@example.org'))
  const archived = await sandbox.api(
    'GET',
    `${list}?status=archived&exclude_fields=_links,members._links`,
  )
  expect(archived.body).toMatchObject({
    members: [{ id: hashOf('c@example.org') }],
    total_items: 1,
  })
  expect(JSON.stringify(archived.body)).not.toContain('_links')
  expect((await sandbox.api('GET', `${list}?count=100`)).body.total_items).toBe(2)
  const later = new Date(Date.now() + 60_000).toISOString()
  const since = await sandbox.api('GET', `${list}?since_last_changed=${encodeURIComponent(later)}`)
  expect(since.body.total_items).toBe(0)
  expect((await sandbox.api('GET', `${list}?count=1001`)).status).toBe(400)
})

test('what is no JSON is named', async () => {
  const answer = await sandbox.api('PUT', path(EVE), '{')
  expect(answer).toMatchObject({ status: 400, body: { title: 'JSON Parse Error' } })
})

test.each([
  ['DELETE', '/ping', 405, 'Method Not Allowed'],
  ['PUT', `/lists/${LIST}/members`, 405, 'Method Not Allowed'],
  ['GET', '/lists/other', 404, 'Resource Not Found'],
  ['GET', `/lists/${LIST}/nothing`, 404, 'Resource Not Found'],
])('%s %s answers %i', async (method, target, status, title) => {
  expect(await sandbox.api(method, target)).toMatchObject({ status, body: { title, status } })
})
