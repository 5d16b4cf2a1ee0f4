import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { hashOf, LIST, startMailchimp } from './mailchimp-support.ts'

let sandbox: Awaited<ReturnType<typeof startMailchimp>>
beforeAll(async () => {
  sandbox = await startMailchimp({ url: 'http://127.0.0.1:9/none' })
})
afterAll(() => sandbox.close())

const upsert = (email: string) => ({
  method: 'PUT',
  path: `/lists/${LIST}/members/${hashOf(email)}`,
  body: JSON.stringify({ email_address: email, status_if_new: 'subscribed' }),
  operation_id: email,
})

/** Reads the first file of a tar archive. */
function firstFile(archive: Buffer) {
  const size = Number.parseInt(archive.toString('latin1', 124, 135), 8)
  return JSON.parse(archive.toString('utf8', 512, 512 + size))
}

async function finished(id: string) {
  return await vi.waitFor(
    async () => {
      const { body } = await sandbox.api('GET', `/batches/${id}`)
      expect(body.status).toBe('finished')
      return body
    },
    { timeout: 30_000 },
  )
}

test('operations run over the same routes and the result is a gzipped tar', async () => {
  const operations = [
    upsert('one@example.org'),
    upsert('fake@example.org'),
    upsert('two@example.org'),
  ]
  const started = await sandbox.api('POST', '/batches', { operations })
  expect(started.body).toMatchObject({
    status: 'pending',
    total_operations: 3,
    response_body_url: '',
  })

  const batch = await finished(started.body.id)
  expect(batch).toMatchObject({ finished_operations: 3, errored_operations: 1 })

  // The address needs no key, as with the real service's file store.
  const download = await fetch(batch.response_body_url)
  const results = firstFile(gunzipSync(Buffer.from(await download.arrayBuffer())))
  const codes = results.map((r: Record<string, unknown>) => [r.operation_id, r.status_code])
  expect(codes).toEqual([
    ['one@example.org', 200],
    ['fake@example.org', 400],
    ['two@example.org', 200],
  ])
  expect(JSON.parse(results[1].response)).toMatchObject({ title: 'Invalid Resource' })
  expect(sandbox.ledger.entries({ effect: 'batch.finished', id: batch.id })).toMatchObject([
    { detail: { total: 3, errored: 1 } },
  ])
})

test('the address of a result expires, and asking again gives a fresh one', async () => {
  const started = await sandbox.api('POST', '/batches', {
    operations: [upsert('three@example.org')],
  })
  const batch = await finished(started.body.id)
  await sandbox.control('clock', { advance_by: 11 * 60 })
  expect((await fetch(batch.response_body_url)).status).toBe(403)
  const fresh = await finished(started.body.id)
  expect((await fetch(fresh.response_body_url)).status).toBe(200)
})

test.each([
  ['a body that is an object', [{ ...upsert('four@example.org'), body: { email_address: 'x' } }]],
  ['more than 1000 operations', Array.from({ length: 1001 }, () => upsert('four@example.org'))],
  ['no operation', []],
])('%s is refused', async (_what, operations) => {
  const refused = await sandbox.api('POST', '/batches', { operations })
  expect(refused).toMatchObject({ status: 400, body: { title: 'Invalid Resource' } })
})
