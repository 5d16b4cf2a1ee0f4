import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { atLuma, form, inDays, live, named, press, saved, write } from './support/leading.ts'
import { openSite, type Site, signIn, state, toast } from './support/site.ts'

let site: Site
let luma: string
beforeAll(async () => {
  site = await openSite()
  luma = site.urls.luma
  // A fresh stack first carries its demo events.
  await vi.waitFor(
    async () =>
      expect(
        await site.sql`select from private.luma_events where state not in ('live', 'canceled')`,
      ).toEqual([]),
    { timeout: 90_000, interval: 300 },
  )
})
beforeEach(() => fetch(`${luma}/_sandbox/faults`, { method: 'DELETE' }))
afterAll(async () => {
  await fetch(`${luma}/_sandbox/faults`, { method: 'DELETE' })
  await site.close()
})

const stored = async (name: string) =>
  (await site.sql`select * from public.events where title = ${named(name)} order by starts_at`)[0]
/** Lea with a page open. */
async function leader(path = form, width = 1100) {
  const visit = await site.visit({ width })
  await signIn(visit.page, 'lea@example.org', path)
  await state(visit.page, 'ready')
  return visit
}

describe('a leader', () => {
  test('fills one form, and the event is live', async () => {
    const { page, complaints } = await leader()
    await write(page, 'Supper', 0)
    expect(await page.getByLabel('Ends').inputValue(), 'a start brings an end').not.toBe('')
    // It begins within the hours in which one checks in.
    const soon = new Date(Date.now() + 2 * 3_600_000)
    await page.getByLabel('On the clock of').selectOption('UTC')
    await page.getByLabel('Starts').fill(soon.toISOString().slice(0, 16))
    await page
      .getByLabel('Ends')
      .fill(new Date(soon.getTime() + 7_200_000).toISOString().slice(0, 16))
    await page.getByLabel('Everybody').check()
    expect(await page.getByLabel('They wait for the hosts').isChecked(), 'strangers wait').toBe(
      true,
    )
    await page.getByLabel(/^Seats/).fill('8')
    await page.locator('summary').click()
    await press(page, 'Add a question')
    await page.getByLabel('Question', { exact: true }).fill('What do you eat?')
    await page.getByLabel('Add a host').fill('Ada')
    await page.getByRole('button', { name: /^Add Ada/ }).click()
    await page.getByRole('button', { name: /^Remove Ada/ }).waitFor()
    await saved(page)
    const publish = page.getByRole('button', { name: 'Publish', exact: true })
    await publish.dblclick()
    await live(page)
    const event = await stored('Supper')
    expect(event).toMatchObject({ state: 'published', capacity: 8, guest_policy: 'pending' })
    const link = page.getByRole('link', { name: 'Open its page at Luma' })
    expect(await link.getAttribute('href')).toBe(event?.url)
    expect(complaints).toEqual([])
  })

  test('decides about its guests, writes to them, checks them in and thanks them', async () => {
    const { page, complaints } = await leader('/lead/events/')
    const event = await stored('Supper')
    const [carried] =
      await site.sql`select luma_id from private.luma_events where event_id = ${event?.id}`
    const register = (person: object) =>
      atLuma(luma, 'register', { event: carried?.luma_id, ...person })

    // A member is let in by herself; a stranger waits.
    await register({ email: 'bea@example.org', name: 'Bea' })
    await register({ email: 'zoe@elsewhere.example', name: 'Zoe Zander' })
    await register({ email: 'una@elsewhere.example', name: 'Una Uhl' })
    await expect
      .poll(
        () =>
          site.sql`select status::text, count(*)::int from private.event_guests where event_id = ${event?.id} group by 1 order by 1`,
      )
      .toEqual([
        { status: 'approved', count: 1 },
        { status: 'pending', count: 2 },
      ])
    await page.goto('/lead/events/')
    await page.getByRole('link', { name: '2 wait for you' }).first().click()
    await state(page, 'ready')
    const row = (name: string) => page.getByRole('listitem').filter({ hasText: name })
    await row('Zoe Zander').getByText('No membership under this address').waitFor()

    await page.getByRole('button', { name: 'Let in: Zoe Zander' }).click()
    await page.getByText('1 guest let in.').waitFor()
    await page.getByLabel('Choose Una Uhl').check()
    await press(page, 'Decline')
    await page.getByRole('dialog').getByRole('button', { name: 'Decline' }).click()
    await page.locator('[data-error-for="reason"]', { hasText: 'Say why' }).waitFor()
    await page.getByLabel('Reason').fill('This table is full, the next one is in May.')
    await page.getByRole('dialog').getByRole('button', { name: 'Decline' }).click()
    await page.getByText('1 guest declined.').waitFor()
    await page.getByText('Nobody waits for a decision.').waitFor()
    // She changes her mind: a decision that is turned round needs a reason.
    await page.getByRole('button', { name: 'Declined' }).click()
    await row('Una Uhl').getByText('the next one is in May').waitFor()
    await page.getByRole('button', { name: 'Let in: Una Uhl' }).click()
    await page.getByLabel('Reason').fill('A seat after all.')
    await page.getByRole('dialog').getByRole('button', { name: 'Let in' }).click()
    await page.getByText('1 guest let in.').waitFor()

    await press(page, 'Write to guests')
    await page.getByLabel('Your words').fill('Ring twice; the bell is shy.')
    await press(page, 'Send')
    await page.getByText('Your message is on its way to 3 guests.').waitFor()
    expect(
      await site.sql`select from private.emails where template = 'event_message' and data ->> 'words' = 'Ring twice; the bell is shy.'`,
    ).toHaveLength(3)

    // At the door, on a phone.
    await page.setViewportSize({ width: 375, height: 800 })
    await page.getByRole('button', { name: /^At the door/ }).click()
    await page.getByText('0 of 3 are here').waitFor()
    await page.getByRole('button', { name: 'Check in: Zoe Zander' }).click()
    await page.getByText('1 of 3 are here').waitFor()
    await page.getByRole('button', { name: 'Here: Zoe Zander' }).waitFor()
    await expect
      .poll(
        () =>
          site.sql`select from private.event_guests where event_id = ${event?.id} and checked_in_at is not null`,
      )
      .toHaveLength(1)
    expect(await page.content(), 'no address is anywhere').not.toContain('elsewhere.example')

    await page.goto(`${form}?id=${event?.id}`)
    await state(page, 'ready')
    await press(page, 'Cancel the event')
    await page.getByText('Luma writes to 3 guests at once').waitFor()
    await press(page, 'Keep it')

    // What is over is thanked for.
    await site.sql`update public.events set starts_at = now() - interval '3 hours', ends_at = now() - interval '1 hour' where id = ${event?.id}`
    await page.goto(`${form}?id=${event?.id}`)
    await state(page, 'ready')
    expect(await page.getByLabel('Title').isDisabled()).toBe(true)
    await page.getByLabel(/^Thanks/).fill('You were a lovely table.')
    await page.getByRole('button', { name: 'Mail the thanks to those who came' }).click()
    await toast(page, 'Your thanks are on their way to 1 guest.')
    await page.getByText('Mailed to 1 guest').waitFor()
    expect(complaints.filter((line) => !/\b422\b/.test(line))).toEqual([])
  })

  test('publishes while Luma takes nothing: nothing is lost, and it goes live by itself, once', async () => {
    await fetch(`${luma}/_sandbox/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        kind: 'rate_limit',
        path: 'events/create',
        retryAfter: 2,
      }),
    })
    const { page } = await leader()
    await write(page, 'Stormy')
    await press(page, 'Publish')
    await page.getByText('Luma does not answer at the moment. Nothing is lost').waitFor()
    await page.getByRole('button', { name: 'Try again now' }).waitFor()
    expect(await page.getByLabel('Title').inputValue()).toBe(named('Stormy'))
    // Not before she has read it: Luma may be back sooner than the page looks.
    await fetch(`${luma}/_sandbox/faults`, { method: 'DELETE' })
    await live(page)
    expect(await page.getByRole('button', { name: 'Try again now' }).isVisible()).toBe(false)
    const { events } = (await (await fetch(`${luma}/_sandbox/luma/events`)).json()) as {
      events: { name: string }[]
    }
    expect(events.filter(({ name }) => name === named('Stormy'))).toHaveLength(1)
  })

  test('is told what Luma does not take, and sends it again when that is mended', async () => {
    const { page } = await leader()
    await write(page, 'Refused')
    await press(page, 'Publish')
    await live(page)
    const event = await stored('Refused')
    await site.sql`update private.luma_events set state = 'failed', error = 'Luma does not take this place. Write it in other words and save.',
      retry_at = now() + interval '1 hour' where event_id = ${event?.id}`
    await page.goto('/lead/events/')
    await page.getByText('Luma does not take this place.').waitFor()
    await page.getByRole('link', { name: named('Refused') }).click()
    await page.getByText('Luma does not take this place.').waitFor()
    await page.getByText('Needs a look').waitFor()
    await press(page, 'Try again now')
    await live(page)
    expect(await page.locator('[data-stage]').innerText()).toBe('Live')
  })

  test('is told what is missing, at its field; and what she typed offline is saved later', async () => {
    const { page, context } = await leader()
    await press(page, 'Publish')
    await page.getByText('It needs a title.').waitFor()
    await page.getByLabel('Title').fill(named('Train'))
    await saved(page)
    await press(page, 'Publish')
    await page.getByText('It needs a start.').waitFor()
    const starts = page.getByLabel('Starts')
    expect(await starts.evaluate((field) => field === document.activeElement)).toBe(true)
    const day = inDays(4, '')
    await starts.fill(`${day}19:30`)
    await page.getByLabel('Ends').fill(`${day}18:00`)
    await page.getByText('It ends before it begins.').waitFor()
    await page.getByLabel('Ends').fill(`${day}21:00`)
    await saved(page)
    const address = page.url()
    await context.setOffline(true)
    await page.getByLabel('What happens there?').fill('Typed in a tunnel')
    await page.getByText('No connection.').waitFor()
    await page.close()
    await context.setOffline(false)
    const again = await context.newPage()
    await again.goto(address)
    await saved(again)
    expect(await again.getByLabel('What happens there?').inputValue()).toBe('Typed in a tunnel')
    await expect.poll(async () => (await stored('Train'))?.description).toBe('Typed in a tunnel')
  })

  test('makes a series once, changes those that follow, and cancels them', async () => {
    const { page } = await leader()
    await write(page, 'Weekly', 6)
    await page.getByLabel('How often').selectOption('weekly')
    await page.getByLabel('How many in all').fill('4')
    await page.getByRole('button', { name: 'Make these 4 events' }).dblclick()
    await page.getByText('This is number 1 of 4.').waitFor()
    const all = () =>
      site.sql`select id, place, state::text from public.events where title = ${named('Weekly')} order by starts_at`
    expect(await all()).toHaveLength(4)

    const third = (await all())[2]
    await page.goto(`${form}?id=${third?.id}`)
    await state(page, 'ready')
    await page.getByLabel('This and the 1 event after it').check()
    await page.getByLabel(/^Place/).fill('Porto')
    await saved(page)
    await expect
      .poll(async () => (await all()).map(({ place }) => place))
      .toEqual(['Lisbon', 'Lisbon', 'Porto', 'Porto'])
    await press(page, 'Publish')
    await live(page)
    await press(page, 'Cancel the event')
    await page.getByText('These 2 events are deleted at Luma for good.').waitFor()
    await page.getByText('Nobody has registered').waitFor()
    await page.getByLabel('Reason').fill('The hall is closed.')
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the event' }).click()
    await toast(page, 'Canceled. Luma tells the guests.')
    expect((await all()).map(({ state }) => state)).toEqual([
      'draft',
      'draft',
      'canceled',
      'canceled',
    ])

    // A copy begins anew, a week or more later.
    await page.getByRole('button', { name: 'Copy', exact: true }).click()
    await page.waitForURL((url) => url.searchParams.get('id') !== third?.id)
    await saved(page)
    expect(await all()).toHaveLength(5)
    await press(page, 'Delete')
    await press(page, 'Delete it for good?')
    await page.waitForURL('**/lead/events/?show=draft')
    expect(await all()).toHaveLength(4)
  })

  test('two who edit at once lose nothing', async () => {
    const [one, other] = await Promise.all([leader(), site.visit()])
    await write(one.page, 'Shared')
    await press(one.page, 'Publish')
    await live(one.page)
    const event = await stored('Shared')
    await signIn(other.page, 'lea@example.org', `${form}?id=${event?.id}`)
    await state(other.page, 'ready')
    await one.page.getByLabel(/^Place/).fill('Here')
    await press(one.page, 'Save changes')
    await saved(one.page)
    await other.page.getByLabel(/^Place/).fill('There')
    await other.page.getByLabel(/^Seats/).fill('5')
    await press(other.page, 'Save changes')
    await other.page.getByText('Somebody else changed this meanwhile').waitFor()
    await other.page.getByText('Here', { exact: true }).waitFor()
    await press(other.page, 'Go on with these')
    await press(other.page, 'Save changes')
    await saved(other.page)
    await expect
      .poll(async () => [(await stored('Shared'))?.place, (await stored('Shared'))?.capacity])
      .toEqual(['There', 5])
  })
})
