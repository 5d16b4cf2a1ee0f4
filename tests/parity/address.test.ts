// Speaks HTTP and supabase-js only and knows no machine: how a person moves to another address.
import { expect, test } from 'vitest'
import { mailTo } from './mailbox.ts'
import { admin, freshEmail, makePerson, makeUser, openSession, target, visitor } from './support.ts'

const addressOf = async (id: string) => (await admin.auth.admin.getUserById(id)).data.user?.email

test('An address that belongs to another user is refused', async () => {
  const { email } = await makeUser()
  const { client } = await makePerson()
  const { error } = await client.auth.updateUser({ email })
  expect([error?.status, error?.code]).toEqual([422, 'email_exists'])
})

if (target.mailbox) {
  test('An address moves when both the old and the new one have said yes, and not before', async () => {
    const { id, email, client } = await makePerson()
    const wanted = freshEmail()
    const { data, error } = await client.auth.updateUser({ email: wanted })
    expect(error).toBeNull()
    expect([data.user?.email, data.user?.new_email]).toEqual([email, wanted])

    const [fromNew, fromOld] = [await mailTo(wanted), await mailTo(email)]
    expect(fromNew.tokenHash).not.toBe(fromOld.tokenHash)
    const type = 'email_change'
    const half = await visitor().auth.verifyOtp({ type, token_hash: fromNew.tokenHash })
    expect([half.error, half.data.session]).toEqual([null, null])
    expect(await addressOf(id)).toBe(email)

    const whole = await visitor().auth.verifyOtp({ type, token_hash: fromOld.tokenHash })
    expect(whole.data.user?.email).toBe(wanted)
    expect(await addressOf(id)).toBe(wanted)
    expect((await openSession(wanted)).session.user.id).toBe(id)
  })
}
