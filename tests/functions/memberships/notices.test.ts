import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fresh } from '../support/events.ts'
import { type House, openHouse, SITE } from '../support/house.ts'
import { act, ask, join, memberOf, sessionOf } from '../support/people.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house?.close())

/** The mails that somebody got, the oldest first. */
async function told(email: string) {
  const response = await fetch(`${house.resend.url}/_sandbox/resend/emails?to=${email}`)
  const { emails } = (await response.json()) as { emails: { subject: string; text: string }[] }
  return emails.reverse()
}
const subjects = async (email: string) => (await told(email)).map(({ subject }) => subject)
const FAILED = 'Your payment did not go through'

/** Joins with a card that works once and fails from the second period on. */
async function joinWithFailingCard() {
  const email = `${fresh('dot')}@example.org`
  const joined = await join(house, { email, card: '4000000000000341' })
  await house.work()
  return { email, ...joined }
}

/** Moves on to just after what is paid for ends, however long her month is. */
async function renew({ email }: { email: string }) {
  const { subscription } = await memberOf(house, email)
  const [row] = await house.sql<{ end: Date }[]>`
    select current_period_end as end from public.subscriptions where subscription_id = ${subscription}`
  const days = (row!.end.getTime() - house.clock.now().getTime()) / 86_400_000
  await house.advance(days + 0.01)
}

const warn = async () => {
  await house.sql`select private.warn_before_grace_ends(private.clock())`
  await house.work()
}

describe('A payment that fails', () => {
  it('is told once, with one way to mend the card, and access stays while Stripe retries', async () => {
    const dot = await joinWithFailingCard()
    await renew(dot)
    await house.work()
    expect(await memberOf(house, dot.email)).toMatchObject({
      status: 'past_due',
      is_entitled: true,
    })
    const [mail, ...more] = await told(dot.email)
    expect(mail).toMatchObject({ subject: FAILED })
    expect(mail?.text).toContain('$10.00')
    expect(mail?.text.match(/https?:\/\/\S+/g)).toEqual([`${SITE}/account/?mend=card`])
    expect(more).toEqual([])
    // Stripe tries again, and fails again: she knows already.
    await house.advance(4)
    await house.work()
    expect((await subjects(dot.email)).filter((subject) => subject === FAILED)).toHaveLength(1)
    const [notice] = await house.sql`
      select sent_at is not null as sent from public.membership_notices where member_id = ${dot.member_id}`
    expect(notice?.sent).toBe(true)
  })

  it('is followed by one warning before the grace ends', async () => {
    const dot = await joinWithFailingCard()
    await renew(dot)
    await house.work()
    let warnedOn: number | undefined
    for (let day = 0; day < 20; day++) {
      const warned = (await subjects(dot.email)).length > 1
      if (warned) warnedOn ??= day
      if (!(await memberOf(house, dot.email)).is_entitled) break
      await warn()
      await warn()
      await house.advance(1)
      await house.work()
    }
    expect(await subjects(dot.email)).toEqual([
      FAILED,
      expect.stringMatching(/^Your access ends on \d+ \w+ \d{4}$/),
    ])
    expect(warnedOn, 'not on top of the first notice').toBeGreaterThanOrEqual(3)
    expect((await memberOf(house, dot.email)).is_entitled).toBe(false)
  })

  it('is not mentioned again once it has recovered', async () => {
    const dot = await joinWithFailingCard()
    await renew(dot)
    await act(house.stripe.url, 'stripe/portal/mend', { customer: dot.customer })
    await house.settle()
    await house.advance(5)
    await house.work()
    await warn()
    expect(await memberOf(house, dot.email)).toMatchObject({ status: 'active', is_entitled: true })
    expect(await subjects(dot.email)).toEqual([])
  })

  it('is told also to who wants no newsletter, and is on an admin’s list when her address is dead', async () => {
    const dot = await joinWithFailingCard()
    await act(house.mailchimp.url, 'mailchimp/unsubscribe', { email: dot.email })
    await expect
      .poll(() => house.sql`select granted from public.consents where member_id = ${dot.member_id}`)
      .toEqual([{ granted: false }])
    await act(house.resend.url, 'resend/bounce', { email: dot.email })
    await renew(dot)
    await house.work()
    expect(await subjects(dot.email)).toEqual([FAILED])
    await expect
      .poll(async () => {
        const rows = await house.sql`
          select why from admin.attention where what = 'Notice not sent' and why like ${`%${dot.email}%`}`
        return rows.map(({ why }) => why)
      })
      .toEqual([`payment failed for ${dot.email}: It came back (permanent, general)`])
  })

  it('of a donation is told to nobody', async () => {
    const email = `${fresh('don')}@example.org`
    const wish = { donation: { amount: 1000, interval: 'month' }, email }
    const { body } = await ask(house, 'checkout', wish, { 'x-forwarded-for': fresh('10') })
    const session = sessionOf(body.url)
    await act(house.stripe.url, 'stripe/pay', { session, card: '4000000000000341', name: 'Don' })
    await house.settle()
    await house.advance(31)
    await house.work()
    const [failed] = await house.sql`
      select s.status, i.status as invoice, n.id as notice
        from public.subscriptions s
        join private.stripe_customers c on c.customer_id = s.customer_id and c.email = ${email}
        join public.invoices i on i.subscription_id = s.subscription_id and i.status = 'open'
        left join public.membership_notices n on n.invoice_id = i.invoice_id`
    expect(failed).toEqual({ status: 'past_due', invoice: 'open', notice: null })
  })
})
