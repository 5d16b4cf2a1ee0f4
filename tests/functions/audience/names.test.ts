import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { fresh } from '../support/events.ts'
import { type House, openHouse } from '../support/house.ts'
import { join } from '../support/people.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house?.close())

/** The name that the sandbox has of an address. */
async function nameOf(email: string) {
  const address = `${house.mailchimp.url}/3.0/lists/audience1/members/${encodeURIComponent(email)}`
  const headers = { authorization: `Basic ${btoa('any:sandbox-us1')}` }
  const { merge_fields } = await (await fetch(address, { headers })).json()
  return [merge_fields.FNAME, merge_fields.LNAME]
}

it('A name that she changes reaches Mailchimp, also one that she changes while it is carried there', async () => {
  const email = `${fresh('nora')}@example.org`
  const { member_id } = await join(house, { email, name: 'Nora Bell' })
  await house.work()
  expect(await nameOf(email)).toEqual(['Nora', 'Bell'])
  const rename = (name: string) =>
    house.sql`update public.profiles set name = ${name} where member_id = ${member_id}`

  await rename('Nora de la Cruz')
  await house.work()
  expect(await nameOf(email)).toEqual(['Nora', 'de la Cruz'])

  const { setTags } = house.mailchimpClient
  vi.spyOn(house.mailchimpClient, 'setTags').mockImplementationOnce(async (to, tags) => {
    await rename('Eleonora')
    await setTags(to, tags)
  })
  await rename('Nora')
  await house.work()
  expect(await nameOf(email)).toEqual(['Eleonora', ''])
  const [contact] =
    await house.sql`select name from private.audience_contacts where member_id = ${member_id}`
  expect(contact!.name).toBe('Eleonora')
})
