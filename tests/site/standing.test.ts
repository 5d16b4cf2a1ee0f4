import { describe, expect, test } from 'vitest'
import { community } from '../../site/community.config.ts'
import { offeredTasks } from '../../site/src/rooms/home/tasks.ts'
import type { Card, Membership } from '../../site/src/rooms/memberships/membership.ts'
import { leaving, standing } from '../../site/src/rooms/memberships/words.ts'

const membership: Membership = {
  tier: 'monthly',
  tier_name: 'Monthly',
  status: 'active',
  current_period_end: '2027-03-09T00:00:00Z',
  cancel_at_period_end: false,
  access_until: 'infinity',
  member_since: '2026-04-09T00:00:00Z',
}
const dues = { unit_amount: 1000, currency: 'usd', interval: 'month' }
const card = (changed: Partial<Membership>, more: Partial<Card> = {}): Card => ({
  entitled: true,
  membership: { ...membership, ...changed },
  dues,
  notice: null,
  ...more,
})
const closed = { entitled: false, dues: null }
const ended = { access_until: '-infinity' }

describe('a membership in words', () => {
  test.each<[string, Card, Record<string, unknown>]>([
    ['active', card({}), { tag: 'Active', next: 'Renews on March 9, 2027 for $10 a month.' }],
    [
      'on trial',
      card({ status: 'trialing' }),
      {
        tag: 'Trial',
        next: 'Your trial runs until March 9, 2027. Then it renews for $10 a month.',
      },
    ],
    [
      'without a known period',
      card({ current_period_end: null }),
      { tag: 'Active', next: 'Everything is open.' },
    ],
    [
      'cancelled and still open',
      card({ cancel_at_period_end: true, access_until: '2027-03-10T00:00:00Z' }),
      {
        tag: 'Ending',
        action: 'keep',
        next: 'You cancelled. Everything stays open through March 9, 2027, and nothing more is charged.',
      },
    ],
    [
      'ended at Stripe, paid for a few days more',
      card({ status: 'canceled', access_until: '2027-03-10T00:00:00Z' }),
      { tag: 'Ending', action: 'return' },
    ],
    [
      'past due',
      card({ status: 'past_due', access_until: '2027-02-12T00:00:00Z' }),
      {
        tag: 'Payment failed',
        action: 'mend',
        next: 'Everything stays open through February 11, 2027 while we try your card again.',
      },
    ],
    [
      'past due and cancelled',
      card({
        status: 'past_due',
        cancel_at_period_end: true,
        access_until: '2027-02-12T00:00:00Z',
      }),
      {
        tag: 'Payment failed',
        action: 'mend',
        next: 'You cancelled. Everything stays open through February 11, 2027 while we try your card again; once it is paid, it stays open through March 9, 2027. Then it ends.',
      },
    ],
    [
      'paused',
      card({ status: 'paused', ...ended }, closed),
      {
        tag: 'Paused',
        action: 'resume',
        next: 'Your membership is paused: nothing is charged, and the rooms are closed until you go on.',
      },
    ],
    [
      'unpaid',
      card({ status: 'unpaid', ...ended }, closed),
      {
        tag: 'Unpaid',
        action: 'mend',
        next: 'The rooms are closed, because the last payment did not arrive. They open again when it does.',
      },
    ],
    [
      'ended',
      card({ status: 'canceled', access_until: '2027-02-12T00:00:00Z' }, closed),
      {
        tag: 'Ended',
        action: 'return',
        next: 'Your membership has ended. It was yours through February 11, 2027.',
      },
    ],
    [
      'cut short by a refund',
      card({ status: 'canceled', ...ended }, closed),
      { tag: 'Ended', next: 'Your membership has ended.' },
    ],
    [
      'never begun',
      { entitled: false, membership: null, dues: null, notice: null },
      { tag: 'Not a member yet', action: 'return' },
    ],
  ])('%s', (_, one, wanted) => {
    expect(standing(one)).toMatchObject(wanted)
  })

  test('a notice says what is wrong and what mends it, except to who has left', () => {
    const notice = { kind: 'action_required', created_at: '2027-02-10T00:00:00Z' }
    expect(standing(card({ status: 'past_due' }, { notice }))).toMatchObject({
      action: 'mend',
      wrong: { title: 'Your bank wants you to confirm the payment' },
    })
    const left = standing(card({ status: 'canceled', ...ended }, { ...closed, notice }))
    expect(left.wrong).toBeUndefined()
  })
})

describe('what cancelling does', () => {
  test('to a paid membership: open to the last day paid for, and nothing back', () => {
    expect(leaving(membership)).toBe(
      'Everything stays open through March 9, 2027. After that day nothing more is charged, and nothing is refunded.',
    )
  })
  test('to a trial: it costs nothing', () => {
    expect(leaving({ ...membership, status: 'trialing' })).toBe(
      'Your trial stays open through March 9, 2027. Nothing is charged, then or later.',
    )
  })
  test('to one whose payment failed: that payment stays due, and both ends are named', () => {
    const due = { ...membership, status: 'past_due', access_until: '2027-02-12T00:00:00Z' } as const
    expect(leaving(due)).toBe(
      'Cancelling does not take back the payment that is due: we go on trying your card. If it is paid, everything stays open through March 9, 2027; if not, it stays open through February 11, 2027. Nothing is charged after that.',
    )
  })
})

describe('what the home page asks a new member to do', () => {
  test('leads to where she does it, and into Slack by a way that comes with her own data', () => {
    expect(offeredTasks(community.portal).map(({ task, href }) => [task, href])).toEqual([
      ['profile', '/account/profile/#field-headline'],
      ['picture', '/account/profile/#picture-label'],
      ['interests', '/account/profile/#interests-count'],
      ['visibility', '/account/profile/#profile'],
      ['slack', undefined],
    ])
  })
})
