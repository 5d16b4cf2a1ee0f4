// Speaks HTTP and supabase-js only and knows no machine: users as an administrator manages them.
import { expect, test } from 'vitest'
import { admin, ask, freshEmail, makePerson, makeUser, openSession } from './support.ts'

const users = admin.auth.admin

test('A created user is there, confirmed, and can be read', async () => {
  const { id, email } = await makeUser()
  const { data, error } = await users.getUserById(id)
  expect(error).toBeNull()
  expect(data.user).toMatchObject({ id, email, role: 'authenticated', aud: 'authenticated' })
  expect(data.user?.email_confirmed_at).toBeTruthy()
})

test('Addresses are kept in lower case, and belong to one user', async () => {
  const { email } = await makeUser()
  const { error } = await users.createUser({ email: email.toUpperCase() })
  expect([error?.status, error?.code]).toEqual([422, 'email_exists'])
})

test('Users come in pages', async () => {
  await makeUser()
  await makeUser()
  expect((await users.listUsers()).data.users.length).toBeGreaterThan(1)
  const first = await users.listUsers({ page: 1, perPage: 1 })
  const second = await users.listUsers({ page: 2, perPage: 1 })
  const [one, two] = [first.data.users, second.data.users]
  expect([one.length, two.length]).toEqual([1, 1])
  expect(one[0]?.id).not.toBe(two[0]?.id)
})

test('A changed user shows the change', async () => {
  const { id } = await makeUser()
  await users.updateUserById(id, { app_metadata: { plan: 'x' }, user_metadata: { likes: 'y' } })
  const { data } = await users.getUserById(id)
  expect(data.user?.app_metadata).toMatchObject({ plan: 'x', provider: 'email' })
  expect(data.user?.user_metadata).toMatchObject({ likes: 'y' })
})

test('A banned user cannot open a session', async () => {
  const { id, email } = await makeUser()
  await users.updateUserById(id, { ban_duration: '24h' })
  await expect(openSession(email)).rejects.toMatchObject({ code: 'user_banned' })
})

test('A deleted user is gone, with every session', async () => {
  const { id, session } = await makePerson()
  expect((await users.deleteUser(id)).error).toBeNull()
  const gone = await users.getUserById(id)
  expect([gone.error?.status, gone.error?.code]).toEqual([404, 'user_not_found'])
  const headers = { authorization: `Bearer ${session.access_token}` }
  const { status, body } = await ask('/auth/v1/user', { headers })
  expect([status, body.error_code]).toEqual([403, 'user_not_found'])
})

test('A link for somebody new makes an unconfirmed user', async () => {
  const email = freshEmail()
  const { data, error } = await users.generateLink({ type: 'magiclink', email })
  expect(error).toBeNull()
  const { email_otp, hashed_token, action_link } = data.properties ?? {}
  expect(email_otp).toMatch(/^\d{6}$/)
  expect(new URL(action_link ?? '').searchParams.get('token')).toBe(hashed_token)
  const made = await users.getUserById(data.user?.id ?? '')
  expect(made.data.user?.email_confirmed_at).toBeFalsy()
  await users.deleteUser(data.user?.id ?? '')
})

test('A link to recover an account that is not there is refused', async () => {
  const { error } = await users.generateLink({ type: 'recovery', email: freshEmail() })
  expect([error?.status, error?.code]).toEqual([404, 'user_not_found'])
})

test.each([
  ['GET', '/auth/v1/admin/users'],
  ['POST', '/auth/v1/admin/users'],
  ['POST', '/auth/v1/admin/generate_link'],
  ['POST', '/auth/v1/invite'],
])('%s %s is closed to visitors and to signed-in people', async (method, path) => {
  const { session } = await makePerson()
  for (const authorization of [undefined, `Bearer ${session.access_token}`]) {
    const body = method === 'POST' ? JSON.stringify({ email: freshEmail(), type: 'invite' }) : null
    const headers = { authorization, 'content-type': 'application/json' }
    const answer = await ask(path, { method, body, headers })
    expect([401, 403]).toContain(answer.status)
    expect(answer.text).not.toContain('@example.org')
  }
})
