import mailchimp from '@mailchimp/mailchimp_marketing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hashOf, LIST, startMailchimp } from './mailchimp-support.ts'

// The calls that the product needs, made by the provider's own SDK over HTTP.

interface Sdk {
  basePath: string
  setConfig(config: { apiKey: string }): void
  ping: { get(): Promise<unknown> }
  lists: Record<string, (...args: unknown[]) => Promise<Record<string, unknown>>>
  batches: Record<string, (...args: unknown[]) => Promise<Record<string, unknown>>>
  customerJourneys: { trigger(journey: number, step: number, body: object): Promise<unknown> }
}
const sdk = mailchimp as unknown as Sdk
const ADA = 'Ada@Example.org'
const ada = hashOf(ADA)

let sandbox: Awaited<ReturnType<typeof startMailchimp>>
beforeAll(async () => {
  sandbox = await startMailchimp({ url: 'http://127.0.0.1:9/none' })
  // The only way to another host: the SDK has no option for it.
  sdk.basePath = `${sandbox.url}/3.0`
  sdk.setConfig({ apiKey: 'sandbox-us1' })
})
afterAll(() => sandbox.close())

test('ping', async () => {
  expect(await sdk.ping.get()).toEqual({ health_status: "Everything's Chimpy!" })
})

test('upsert, read, tag, event, journey, archive', async () => {
  const body = { email_address: ADA, status_if_new: 'subscribed', merge_fields: { FNAME: 'Ada' } }
  const member = await sdk.lists.setListMember!(LIST, ada, body, { skipMergeValidation: true })
  expect(member).toMatchObject({
    id: ada,
    email_address: ADA,
    status: 'subscribed',
    full_name: 'Ada',
  })

  const tags = [
    { name: 'member', status: 'active' },
    { name: 'monthly', status: 'active' },
  ]
  await sdk.lists.updateListMemberTags!(LIST, ada, { tags })
  const { tags: names } = await sdk.lists.getListMemberTags!(LIST, ada)
  expect((names as { name: string }[]).map((tag) => tag.name)).toEqual(['member', 'monthly'])

  await sdk.lists.createListMemberEvent!(LIST, ada, {
    name: 'joined',
    properties: { tier: 'monthly' },
  })
  await sdk.customerJourneys.trigger(1, 1, { email_address: ADA })

  const read = await sdk.lists.getListMember!(LIST, 'ada@example.org')
  expect(read).toMatchObject({ id: ada, tags_count: 2 })
  expect(await sdk.lists.getListMembersInfo!(LIST, { count: 100 })).toMatchObject({
    total_items: 1,
  })
  expect(await sdk.lists.getList!(LIST)).toMatchObject({ id: LIST, stats: { member_count: 1 } })

  await sdk.lists.deleteListMember!(LIST, ada)
  expect(await sdk.lists.getListMember!(LIST, ada)).toMatchObject({ status: 'archived' })

  const effects = sandbox.ledger.entries().map((entry) => entry.effect)
  expect(effects).toEqual([
    'member.upserted',
    'tags.changed',
    'event.recorded',
    'journey.started',
    'member.archived',
  ])
})

test('an SDK error carries the problem document', async () => {
  const failure = await sdk.lists.getListMember!(LIST, 'nobody@example.org').catch((error) => error)
  expect(failure.status).toBe(404)
  expect(failure.response.body).toMatchObject({ status: 404, title: 'Resource Not Found' })
})

test('a batch of contacts in one call', async () => {
  const members = [
    { email_address: 'one@example.org', status: 'subscribed', tags: ['member'] },
    { email_address: 'fake@example.org', status: 'subscribed' },
  ]
  const answer = await sdk.lists.batchListMembers!(LIST, { members, update_existing: true })
  expect(answer).toMatchObject({ total_created: 1, total_updated: 0, error_count: 1 })
  expect(answer.errors).toMatchObject([
    { email_address: 'fake@example.org', error_code: 'ERROR_GENERIC' },
  ])
  const again = await sdk.lists.batchListMembers!(LIST, { members: members.slice(0, 1) })
  expect(again.errors).toMatchObject([{ error_code: 'ERROR_CONTACT_EXISTS' }])
})
