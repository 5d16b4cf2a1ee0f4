import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { findings } from './quality/axe.ts'
import { listPeople, sideways } from './support/people.ts'
import { openSite, type Site, signIn, state } from './support/site.ts'

const page_ = '/admin/proposals/'
const key = crypto.randomUUID()
const agent = `helper-${key.slice(0, 8)}`

let site: Site
beforeAll(async () => {
  site = await openSite()
  await site.sql`
    insert into private.agent_keys (id, name, what, scopes, expires_at, created_by)
    values (${key}, ${agent}, 'Helps with payments (test)', '{payments:refund,members:write}', now() + interval '1 day', 'test')`
  await heldBy('lea@example.org')
})
const heldBy = (email: string | null) => site.sql`
  update private.agent_keys set holder_id = (select member_id from public.member_emails where email = ${email}) where id = ${key}`
afterEach(async () => {
  await heldBy('lea@example.org')
  await site.sql`update private.agent_proposals set state = 'declined' where key_id = ${key} and state = 'waiting'`
})
afterAll(() => site.close())

interface Asked {
  kind?: 'refund' | 'delete_member'
  amount?: number
  member?: string
  reason?: string
}

const deletes = async (member: string) =>
  (
    await site.sql<
      { would: string[] }[]
    >`select array_remove(private.deletion_in_words(${member}), null) as would`
  )[0]!.would

/** An agent asks for something that waits. Its id. */
async function asks({
  kind = 'refund',
  amount = 6000,
  member,
  reason = 'She paid twice.',
}: Asked = {}) {
  const subject = member ?? `in_test_${crypto.randomUUID()}`
  const would =
    kind === 'refund'
      ? ['$60.00 of the $120.00 paid on 4 November 2026 goes back to where it came from.']
      : await deletes(member!)
  const [row] = await site.sql<{ id: string }[]>`
    select private.propose(row(${key}::uuid, ${agent}, false, 'payments.propose_refund', null, 'test', private.clock())::private.agent_call,
      ${kind}, ${member ?? null}::uuid, ${subject}, ${kind === 'refund' ? amount : null}::bigint, ${kind === 'refund' ? 'usd' : null},
      ${reason}, ${site.sql.json({ would })}) -> 'data' ->> 'id' as id`
  return row!.id
}
const kept = async (id: string) =>
  (
    await site.sql`select state, decided_by, decision_reason from private.agent_proposals where id = ${id}`
  )[0]

async function admin(width?: number) {
  const visit = await site.visit(width ? { width } : {})
  await signIn(visit.page, 'kim@example.org', page_)
  await visit.page.locator('[data-told]').waitFor({ state: 'attached' })
  return visit
}
const cardOf = (page: Page, id: string) => page.locator(`[data-proposal="${id}"]`)

test('an admin reads exactly what would happen, approves it with the keyboard, and sees it done', async () => {
  const people = await listPeople(site, [{ name: 'Gerda Testperson' }])
  const gerda = people.id('Gerda Testperson')
  const email = `gerda-${key.slice(0, 8)}@example.org`
  await site.sql`insert into public.member_emails (email, member_id, is_primary, source) values (${email}, ${gerda}, true, 'import')`
  const hostile =
    '<img src=x onerror="document.title=\'taken\'"> Approve all of them at once! <script>alert(1)</script>'
  const id = await asks({ kind: 'delete_member', member: gerda, reason: hostile })
  const { page, complaints } = await site.visit()
  await signIn(page, 'kim@example.org')
  await page.getByRole('heading', { name: /proposals? of an? ?agents? waits?/ }).waitFor()
  await page.getByRole('link', { name: 'Look at what is asked for' }).click()
  const card = cardOf(page, id)
  await card.getByRole('heading', { name: 'Delete a member for good' }).waitFor()
  await page.getByRole('link', { name: 'Agents', exact: true }).waitFor()
  await card.getByText('For Gerda Testperson').waitFor()
  // A name can be anybody's: whose it is stands beside it.
  const whose = `${email} (not proved) Member since January 2026.`
  await card.getByText(whose).waitFor()
  await card.getByText('Everything about her is erased here for good, and she').waitFor()
  await card.getByText('Deleting a person is always decided by an admin.').waitFor()
  await card.getByText(`agent:${agent}`).waitFor()
  // What the agent wrote stands there as it was written, and does nothing.
  expect(await card.getByRole('blockquote').innerText()).toBe(hostile)
  expect(await card.locator('img, script').count()).toBe(0)
  expect(await page.title()).not.toContain('taken')
  expect(await findings(page)).toEqual([])

  await card.getByRole('button', { name: 'Approve' }).focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('heading', { name: 'Delete a member for good?' }).waitFor()
  await dialog.getByText('For Gerda Testperson.').waitFor()
  await dialog.getByText(whose).waitFor()
  await dialog.getByText('It cannot be undone.').waitFor()
  expect(await findings(page)).toEqual([])
  await page.keyboard.press('Escape')
  expect(await kept(id)).toMatchObject({ state: 'waiting' })
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await dialog.getByRole('button', { name: 'Approve' }).press('Enter')
  const told = page.locator('[data-told]')
  await told
    .getByText(/^Delete a member for good: Approved by Kim Tran, and (being carried out|done)\.$/)
    .waitFor()
  expect(await told.evaluate((place) => place === document.activeElement)).toBe(true)
  expect(await card.count()).toBe(0)
  await expect.poll(async () => (await kept(id))?.state).toBe('carried_out')
  await page.reload()
  await page.getByText('Approved by Kim Tran, and done.').first().waitFor()
  expect(await site.sql`select from public.members where id = ${gerda}`).toHaveLength(0)
  expect(complaints).toEqual([])
})

test('declining takes a reason, a lost network changes nothing, and who comes second reads who was first', async () => {
  const [mine, taken] = [
    await asks({ reason: 'One' }),
    await asks({ amount: 123456, reason: 'Two' }),
  ]
  const { page, context } = await admin(320)
  expect(await sideways(page)).toBe(0)
  await cardOf(page, taken).getByRole('heading', { name: 'Give back $1,234.56' }).waitFor()
  const dialog = page.getByRole('dialog')
  await cardOf(page, mine).getByRole('button', { name: 'Decline' }).click()
  await dialog.getByRole('button', { name: 'Decline' }).click()
  await dialog.getByText('Say why in a few words.').waitFor()
  const reason = dialog.getByLabel('Your reason')
  expect(await reason.getAttribute('aria-invalid')).toBe('true')
  await reason.fill('It was given back last week')
  await context.setOffline(true)
  await dialog.getByRole('button', { name: 'Decline' }).click()
  await dialog.getByText('We could not reach the server.').waitFor()
  expect(await kept(mine)).toMatchObject({ state: 'waiting' })
  await context.setOffline(false)
  await dialog.getByRole('button', { name: 'Decline' }).click()
  await page.getByText('Give back $60.00: Declined by Kim Tran.').waitFor()
  expect(await kept(mine)).toMatchObject({
    state: 'declined',
    decision_reason: 'It was given back last week',
  })
  await page.locator('[data-earlier]').getByText('It was given back last week').waitFor()

  await cardOf(page, taken).getByRole('button', { name: 'Approve' }).click()
  await site.sql`update private.agent_proposals set state = 'declined', decision_reason = 'Too much' where id = ${taken}`
  await dialog.getByRole('button', { name: 'Approve' }).click()
  await page
    .getByText('You came second, so your approval changed nothing. Declined by an admin in Studio.')
    .waitFor()
  expect(await kept(taken)).toMatchObject({ state: 'declined', decided_by: 'studio' })
})

test('nobody but an admin comes in, and who works with the agent decides nothing', async () => {
  const id = await asks()
  await heldBy('kim@example.org')
  const kim = await admin()
  await cardOf(kim.page, id)
    .getByText('You work with this agent. Another admin decides; your agent can withdraw it.')
    .waitFor()
  expect(await cardOf(kim.page, id).getByRole('button').count()).toBe(0)
  // Who is behind it may be herself, as long as nobody knows.
  await heldBy(null)
  await kim.page.reload()
  await cardOf(kim.page, id)
    .getByText('Nobody knows who works with this agent. In Studio')
    .waitFor()
  expect(await cardOf(kim.page, id).getByRole('button').count()).toBe(0)
  await kim.page.goto('/home/')
  await state(kim.page, 'ready')

  for (const who of ['lea', 'ada']) {
    const { page, context } = await site.visit()
    await signIn(page, `${who}@example.org`, page_)
    await state(page, 'failed')
    await page.getByText('This page is for admins. If you should be one, ask an admin.').waitFor()
    expect(await page.getByText(agent).count()).toBe(0)
    await context.close()
  }
})
