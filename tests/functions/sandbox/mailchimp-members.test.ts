import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
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

describe('consent', () => {
  test('status_if_new counts only for a new contact', async () => {
    await sandbox.put(EVE)
    await sandbox.control('mailchimp/unsubscribe', { email: EVE })
    const again = await sandbox.put(EVE)
    expect(again).toMatchObject({ status: 200, body: { status: 'unsubscribed' } })
  })

  test.each(['unsubscribe', 'clean'])('after %s nobody is subscribed by the API', async (verb) => {
    await sandbox.put(EVE)
    await sandbox.control(`mailchimp/${verb}`, { email: EVE })
    const refused = await sandbox.put(EVE, { status: 'subscribed' })
    expect(refused).toMatchObject({ status: 400, body: { title: 'Member In Compliance State' } })
    const asked = await sandbox.put(EVE, { status: 'pending' })
    expect(asked).toMatchObject({ status: 200, body: { status: 'pending' } })
  })

  test('a forgotten address cannot be added again', async () => {
    await sandbox.put(EVE)
    const gone = await sandbox.api('POST', `${path(EVE)}/actions/delete-permanent`)
    expect(gone.status).toBe(204)
    const refused = await sandbox.put(EVE)
    expect(refused).toMatchObject({
      status: 400,
      body: { title: 'Forgotten Email Not Subscribed' },
    })
  })

  test('an archived contact is added again, but not one that had left', async () => {
    await sandbox.put(EVE)
    expect((await sandbox.api('DELETE', path(EVE))).status).toBe(204)
    expect((await sandbox.put(EVE)).body.status).toBe('subscribed')
    await sandbox.control('mailchimp/unsubscribe', { email: EVE })
    await sandbox.api('DELETE', path(EVE))
    expect((await sandbox.put(EVE)).body.status).toBe('unsubscribed')
  })
})

test.each(['fake.name@example.org', 'eve@nowhere.invalid', 'no address'])(
  '%s is refused',
  async (email) => {
    expect(await sandbox.put(email)).toMatchObject({
      status: 400,
      body: { title: 'Invalid Resource' },
    })
  },
)

describe('a change of address', () => {
  test('moves the contact with its id and tags', async () => {
    const before = await sandbox.put(EVE)
    await sandbox.api('POST', `${path(EVE)}/tags`, { tags: [{ name: 'member', status: 'active' }] })
    const moved = await sandbox.api('PATCH', path(EVE), { email_address: 'eva@example.org' })
    expect(moved.body).toMatchObject({
      id: hashOf('eva@example.org'),
      contact_id: before.body.contact_id,
      tags: [{ name: 'member' }],
    })
    expect((await sandbox.api('GET', path(EVE))).status).toBe(404)
    const byId = await sandbox.api('GET', `/lists/${LIST}/members/${before.body.contact_id}`)
    expect(byId.body.email_address).toBe('eva@example.org')
  })

  test('is refused when another contact has the new one', async () => {
    await sandbox.put(EVE)
    await sandbox.put('ada@example.org')
    const refused = await sandbox.api('PUT', path(EVE), {
      email_address: 'ada@example.org',
      status_if_new: 'subscribed',
    })
    expect(refused).toMatchObject({
      status: 400,
      body: { title: 'Invalid Resource', errors: [{ field: 'email_address' }] },
    })
    expect((await sandbox.api('GET', path(EVE))).status).toBe(200)
  })
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
  const later = new Date(Date.now() + 60_000).toISOString()
  const since = await sandbox.api('GET', `${list}?since_last_changed=${encodeURIComponent(later)}`)
  expect(since.body.total_items).toBe(0)
  expect((await sandbox.api('GET', `${list}?count=1001`)).status).toBe(400)
})

test('what is no JSON is named', async () => {
  const answer = await sandbox.api('PUT', path(EVE), '{')
  expect(answer).toMatchObject({ status: 400, body: { title: 'JSON Parse Error' } })
})
