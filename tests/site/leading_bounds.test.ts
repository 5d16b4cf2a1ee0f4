import { afterAll, beforeAll, expect, test } from 'vitest'
import { momentOf, onTheClock } from '../../site/src/lib/zones.ts'
import { form, named } from './support/leading.ts'
import { openSite, type Site, signIn, state } from './support/site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(async () => {
  await site.sql`delete from public.events where title = ${named('Theirs')}`
  await site.close()
})

/** Lea with a page open. */
async function leader(path = form) {
  const visit = await site.visit()
  await signIn(visit.page, 'lea@example.org', path)
  await state(visit.page, 'ready')
  return visit
}

test('another leader’s event is read and copied, not changed', async () => {
  const id = crypto.randomUUID()
  await site.sql`insert into public.events (id, title, starts_at, ends_at, meeting_url, state)
    values (${id}, ${named('Theirs')}, now() + interval '5 days', now() + interval '6 days', 'https://meet.example.org/theirs', 'draft')`
  const { page } = await leader(`${form}?id=${id}`)
  await page.getByText('You can read it and copy it.').waitFor()
  expect(await page.getByLabel('Title').isDisabled()).toBe(true)
  expect(await page.content()).not.toContain('meet.example.org')
  expect(await page.getByRole('button', { name: 'Publish', exact: true }).isVisible()).toBe(false)
  await page.goto(`/lead/events/guests/?id=${id}`)
  await page.getByText('This event is not yours to change').waitFor()
})

test.each(['/lead/events/', form, '/lead/events/guests/?id=00000000-0000-4000-9000-000000000005'])(
  'a member finds nothing at %s',
  async (path) => {
    const { page } = await site.visit()
    await signIn(page, 'bea@example.org', path)
    await page.getByText('This is for leaders').waitFor()
  },
)

test('every time zone that the form offers is one that the database knows', async () => {
  const { page } = await leader()
  const zones = await page
    .locator('[name="time_zone"] option')
    .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value))
  expect(zones.length).toBeGreaterThan(300)
  const unknown = await site.sql`select zone from unnest(${zones}::text[]) zone
    where zone not in (select name from pg_timezone_names) or zone !~ '^(UTC|[A-Z][A-Za-z_]+(/[A-Z][A-Za-z_-]+)+)$'`
  expect(unknown.map(({ zone }) => zone)).toEqual([])
})

test('a clock of a place is the moment that the database takes it for, also when clocks change', async () => {
  const clocks = [
    '2027-01-15T09:00',
    '2027-03-14T02:30',
    '2027-03-28T01:15',
    '2027-07-01T00:00',
    '2027-10-31T12:00',
  ]
  for (const zone of [
    'UTC',
    'America/New_York',
    'Europe/Lisbon',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'Pacific/Kiritimati',
  ])
    for (const clock of clocks) {
      const [row] = await site.sql`select ${clock}::text::timestamp at time zone ${zone} as moment`
      expect([zone, clock, momentOf(clock, zone)]).toEqual([zone, clock, row?.moment])
    }
  expect(onTheClock('2027-03-14T07:30:00Z', 'America/New_York')).toBe('2027-03-14T03:30')
  expect(onTheClock('2027-01-01T00:00:00Z', 'Not/Known'), 'a zone too new for this browser').toBe(
    '2027-01-01T00:00',
  )
})
