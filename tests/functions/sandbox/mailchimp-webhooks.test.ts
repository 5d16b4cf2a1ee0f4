import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { hashOf, LIST, startMailchimp, startReceiver } from './mailchimp-support.ts'

const EVE = 'eve@example.org'
const SECRET = 'signing-secret'

let receiver: Awaited<ReturnType<typeof startReceiver>>
let sandbox: Awaited<ReturnType<typeof startMailchimp>>
const start = async (secret?: string) => {
  const webhook = { url: `${receiver.url}/hook/path-secret`, ...(secret ? { secret } : {}) }
  sandbox = await startMailchimp(webhook)
  await sandbox.put(EVE, { merge_fields: { FNAME: 'Eve' } })
}
const arrived = (count: number) =>
  vi.waitFor(
    () => {
      expect(receiver.received).toHaveLength(count)
      return receiver.received
    },
    { timeout: 30_000 },
  )
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(async () => {
  await sandbox.close()
  receiver.close()
})

test('unsubscribe is sent as a form, with the signature over the raw body', async () => {
  await start(SECRET)
  await sandbox.control('mailchimp/unsubscribe', { email: EVE })
  const [hook] = await arrived(1)
  expect(hook).toMatchObject({ method: 'POST', path: '/hook/path-secret' })
  expect(hook?.headers['content-type']).toBe('application/x-www-form-urlencoded')

  const form = new URLSearchParams(hook?.body)
  expect(form.get('type')).toBe('unsubscribe')
  expect(form.get('fired_at')).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
  expect(form.get('data[email]')).toBe(EVE)
  expect(form.get('data[list_id]')).toBe(LIST)
  expect(form.get('data[merges][FNAME]')).toBe('Eve')
  expect(form.get('data[action]')).toBe('unsub')

  const [, t, v1] =
    /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(hook?.headers['x-mailchimp-signature'])) ?? []
  expect(Math.abs(Number(t) - Date.now() / 1000)).toBeLessThan(60)
  expect(v1).toBe(createHmac('sha256', SECRET).update(`${t}.${hook?.body}`).digest('hex'))
})

test('without a signing secret there is no signature, and a forged copy has a wrong path', async () => {
  await start()
  await sandbox.control('webhooks', { forge: true })
  await sandbox.control('mailchimp/clean', { email: EVE })
  const [forged, genuine] = await arrived(2)
  expect(forged?.path).toBe('/hook/path-secret-forged')
  expect(genuine?.path).toBe('/hook/path-secret')
  expect(genuine?.headers['x-mailchimp-signature']).toBeUndefined()
  expect(new URLSearchParams(genuine?.body).get('type')).toBe('cleaned')
})

test('a change of address tells both, a forgotten contact is told as deleted', async () => {
  await start()
  await sandbox.control('mailchimp/change-address', { email: EVE, new_email: 'eva@example.org' })
  await sandbox.control('mailchimp/forget', { email: 'eva@example.org' })
  const forms = (await arrived(2)).map((hook) => new URLSearchParams(hook.body))
  expect(forms[0]?.get('type')).toBe('upemail')
  expect(forms[0]?.get('data[old_email]')).toBe(EVE)
  expect(forms[0]?.get('data[new_email]')).toBe('eva@example.org')
  expect(forms[1]?.get('type')).toBe('unsubscribe')
  expect(forms[1]?.get('data[action]')).toBe('delete')
})

test('changes by the API are sent only to webhooks with the source api', async () => {
  await start()
  const url = `${receiver.url}/api-source`
  const hook = { url, events: { subscribe: true, unsubscribe: true }, sources: { api: true } }
  const made = await sandbox.api('POST', `/lists/${LIST}/webhooks`, hook)
  expect(made.body).toMatchObject({ url, sources: { user: false, admin: false, api: true } })
  expect(receiver.received).toMatchObject([{ method: 'GET', path: '/api-source' }])
  await sandbox.put('ada@example.org')
  await sandbox.api(
    'POST',
    `/lists/${LIST}/members/${hashOf('ada@example.org')}/actions/delete-permanent`,
  )
  const [, sent, gone] = await arrived(3)
  expect(new URLSearchParams(gone?.body).get('data[action]')).toBe('delete')
  expect(sent).toMatchObject({ method: 'POST', path: '/api-source' })
  expect(new URLSearchParams(sent?.body).get('data[email]')).toBe('ada@example.org')
  const { body } = await sandbox.api('GET', `/lists/${LIST}/webhooks`)
  expect(body.total_items).toBe(2)
})

test('an address that does not answer GET with 200 is no webhook', async () => {
  await start()
  receiver.answer.status = 404
  const hook = { url: receiver.url, events: {}, sources: {} }
  const refused = await sandbox.api('POST', `/lists/${LIST}/webhooks`, hook)
  expect(refused).toMatchObject({ status: 400, body: { title: 'Invalid Resource' } })
})
