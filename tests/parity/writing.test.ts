// Speaks HTTP and supabase-js only and knows no machine.
import { beforeAll, expect, test } from 'vitest'
import { ask, makePerson, type Person } from './support.ts'

let person: Person
let other: Person
let memberId: string

beforeAll(async () => {
  person = await makePerson()
  other = await makePerson()
  const joined = await person.client.rpc('sign_up', { name: 'Pat Ng', visible: false })
  if (joined.error) throw joined.error
  memberId = joined.data
  const second = await other.client.rpc('sign_up', { name: 'Oda Ek', visible: false })
  if (second.error) throw second.error
})

const patch = (body: unknown, prefer?: string) => ({
  method: 'PATCH',
  body: JSON.stringify(body),
  headers: {
    authorization: `Bearer ${person.session.access_token}`,
    'content-type': 'application/json',
    prefer,
  },
})
const own = () => `/rest/v1/profiles?member_id=eq.${memberId}`

test('Everybody reads their own row and not that of another', async () => {
  const mine = await person.client.from('members').select('id, user_id')
  expect(mine.data).toEqual([{ id: memberId, user_id: person.id }])
  const theirs = await other.client.from('members').select('id').eq('id', memberId)
  expect({ data: theirs.data, error: theirs.error }).toEqual({ data: [], error: null })
})

test('A member embeds their own profile', async () => {
  const { data } = await person.client.from('members').select('profiles(name)').single()
  expect(data).toEqual({ profiles: { name: 'Pat Ng' } })
})

test('An update answers 204 and nothing, unless the rows are asked for', async () => {
  const silent = await ask(own(), patch({ headline: 'Builds bridges' }))
  expect([silent.status, silent.text]).toEqual([204, ''])
  const shown = await ask(
    `${own()}&select=headline`,
    patch({ headline: 'Mends' }, 'return=representation'),
  )
  expect([shown.status, shown.body]).toEqual([200, [{ headline: 'Mends' }]])
})

test("An update of somebody else's row changes nothing and raises nothing", async () => {
  const changed = await other.client
    .from('profiles')
    .update({ headline: 'Taken' })
    .eq('member_id', memberId)
    .select('headline')
  expect({ data: changed.data, error: changed.error }).toEqual({ data: [], error: null })
  const { data } = await person.client.from('profiles').select('headline').single()
  expect(data?.headline).not.toBe('Taken')
})

test.each(['PATCH', 'DELETE'])(
  'A %s that names no rows is refused, whatever the policies',
  async (method) => {
    const { status, body } = await ask('/rest/v1/profiles?select=name', {
      ...patch({ headline: 'For all' }),
      method,
    })
    expect([status, body.code]).toEqual([400, '21000'])
    expect(body.message).toMatch(/requires a WHERE clause$/)
  },
)

test('A column that is not granted cannot be written', async () => {
  const { status, body } = await ask(own(), patch({ access_until: 'infinity' }))
  expect([status, body.code]).toEqual([403, '42501'])
})

test('A broken check constraint is 400 with the name of the constraint', async () => {
  const { status, body } = await ask(own(), patch({ hidden_fields: Array(9).fill('bio') }))
  expect([status, body.code]).toEqual([400, '23514'])
  expect(body.message).toContain('"profiles_fields_named_once"')
})

test('A null that is not allowed is 400', async () => {
  const { status, body } = await ask(own(), patch({ name: null }))
  expect([status, body.code]).toEqual([400, '23502'])
})

test('A column that is not there is 400 PGRST204', async () => {
  const { status, body } = await ask(own(), patch({ nothing: 1 }))
  expect([status, body.code]).toEqual([400, 'PGRST204'])
})

test('An instant is answered in ISO form', async () => {
  const { data } = await person.client.from('members').select('created_at').single()
  expect(data?.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.?\d*\+00:00$/)
})

test('An error that a function raises for its caller carries status, sentence, field and remedy', async () => {
  const { status, error } = await person.client.rpc('sign_up', { name: '', visible: false })
  expect(status).toBe(422)
  expect(error).toMatchObject({
    code: 'PT422',
    message: 'Your name is missing or longer than 120 characters',
    details: 'name',
  })
  expect(error?.hint).toEqual(expect.stringMatching(/\w/))
})

test('A refusal by a function keeps its own status', async () => {
  const { status, error } = await person.client.rpc('directory')
  expect([status, error?.code]).toEqual([403, 'PT403'])
})

test('A function that returns nothing answers 204', async () => {
  const consent = { channel: 'email', granted: true }
  const { status, error } = await person.client.rpc('set_consent', consent)
  expect({ status, error }).toEqual({ status: 204, error: null })
  const { data } = await person.client.from('consents').select('channel, granted')
  expect(data).toContainEqual(consent)
})

test('A function that only reads answers to GET', async () => {
  const headers = { authorization: `Bearer ${person.session.access_token}` }
  const { status, body } = await ask('/rest/v1/rpc/is_entitled', { headers })
  expect([status, body]).toEqual([200, false])
})
