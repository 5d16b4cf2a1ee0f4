/** Proposals as the examples answer them: one a kind, and what became of a large refund. */
import { DUE, ids, NOW, PAID, said } from './example_cast.ts'

export const whys = {
  refund: 'Charged twice in November; she asked for it back.',
  cancellation: 'She moves away.',
  deletion: 'She asked for it by mail, from her own address.',
}

const before = { created_at: '2026-11-21T17:20:00Z', expires_at: '2026-11-24T17:20:00Z' }

/** A refund that an agent asked for, of a payment of 12 November. */
const refund = (payment: string, amount: number, paid: number, due: string, would: string[]) => ({
  id: ids.proposal,
  kind: 'refund',
  subject: payment,
  amount,
  currency: 'usd',
  reason: said(whys.refund),
  shows: {
    would,
    for: 'dues',
    access: {
      until_now: null,
      until_then: null,
      effect: 'stays',
      rule: 'refund_partial',
      if_given_on: '2026-11-21',
      subscription: 'sub_1SVx2kQ4',
      next_payment: due,
    },
    payment,
    paid_at: PAID,
    paid,
    amount,
    currency: 'usd',
    already_refunded: 0,
    in_other_proposals: 0,
    left_after: paid - amount,
  },
})
const withinLimits = { state: 'approved', why_waiting: null, decided_at: NOW, decided_by: 'limits' }

/** It waits for an admin. */
export const large = {
  ...refund('in_1SVx9tR7', 6000, 10_000, '2027-11-12T09:30:00Z', [
    '$60.00 of the $100.00 paid on 12 November 2026 goes back to where it came from.',
    'Afterwards $40.00 of it is left.',
    'Access stays as it is.',
    'The subscription goes on, and the next payment is due on 12 November 2027: cancel it as well if it should not.',
  ]),
  why_waiting: '$60.00 is more than the $50.00 that this key may give back without asking',
  ...before,
}

/** It is within the limits of the key. */
export const small = {
  change_set: null,
  ...refund('in_1SVx2kQ4', 500, 1000, DUE, [
    '$5.00 of the $10.00 paid on 12 November 2026 goes back to where it came from.',
    'Afterwards $5.00 of it is left.',
    'Access stays as it is.',
    'The subscription goes on, and the next payment is due on 12 December 2026: cancel it as well if it should not.',
  ]),
  ...withinLimits,
}

export const approved = {
  ...large,
  state: 'carried_out',
  decided_at: '2026-11-21T17:40:00Z',
  decided_by: 'admin',
  decision_reason: said('As she asked'),
  settled_at: '2026-11-21T17:41:00Z',
  provider_id: 're_1SVx3mQ4',
}

export const cancellation = {
  id: ids.proposal,
  change_set: null,
  ...withinLimits,
  kind: 'cancel_at_period_end',
  subject: 'sub_1SVx2kQ4',
  amount: null,
  currency: null,
  reason: said(whys.cancellation),
  shows: {
    would: [
      'The subscription ends with its paid period, on 12 December 2026, and nothing more is charged.',
      'Nothing is given back.',
      'Access ends with 12 December 2026 (UTC); so far no end was known.',
      'Until then it can be taken back.',
    ],
    for: 'dues',
    access: { until_now: null, until_then: '2026-12-13T00:00:00Z' },
    subscription: 'sub_1SVx2kQ4',
    tier: 'monthly',
    status: 'active',
    when: 'period_end',
    ends_at: DUE,
    paid_until: DUE,
    already_ends_at: null,
  },
}

export const deletion = {
  id: ids.proposal,
  change_set: null,
  kind: 'delete_member',
  subject: ids.member,
  amount: null,
  currency: null,
  reason: said(whys.deletion),
  shows: {
    would: [
      'Everything about her is erased here for good, and she cannot sign in any more.',
      'Her monthly subscription of $10.00 ends at Stripe at once. Nothing is given back.',
      '1 payment of hers stays in the books, without her.',
      'Mailchimp is told to delete her for good.',
      'It cannot be undone.',
    ],
    member: ids.member,
  },
  why_waiting: 'Deleting a person is always decided by an admin',
}

export const withdrawn = { ...deletion, ...before, state: 'withdrawn', settled_at: NOW }
