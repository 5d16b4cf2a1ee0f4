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
