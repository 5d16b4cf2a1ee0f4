/**
 * What the examples say where the shape of an operation alone says too little: calls that are taken, and answers that
 * there can be. Each call is made by tests/functions/agents/examples_taken.test.ts.
 */
import { type OperationName, operationNames, operationOf, rates } from './catalogue.ts'
import { ids, NOW, PAID, said } from './example_cast.ts'
import * as proposed from './example_proposals.ts'

const scopes = ['members:read']
const may = operationNames.filter((name) => {
  const { scope } = operationOf(name)
  return scope === null || scopes.includes(scope)
})

const dot = {
  member: ids.any,
  name: said('Dot Adeyemi'),
  tier: 'monthly',
  since: '2026-11-19T09:30:00Z',
}
const graceEnds = '2026-11-24T00:00:00Z'

const counted = { waitlist: 0, approved: 34, registered: 45, suppressed: false }
const coming = { came: 0, not_checked_in: 34, pending: 6, declined: 5, ...counted }
const event = { place: said('Online'), region: 'Everywhere', category: 'Talk', guests: coming }
const resource = {
  kind: 'link',
  title: said('A guide to evaluations'),
  stage: 'published',
  published_at: PAID,
  is_own: false,
}
const segment = { status: 'active', topic: 'ethics' }
const now =
  'Entitled, because her monthly subscription is active and paid through 12 December 2026.'
const stays = 'A mail that was sent stays sent.'

const sum = (count: number, amount: number, fee = 0) => ({ count, amount, fee, net: amount - fee })

interface Told {
  /** The whole call. */
  input?: Record<string, unknown>
  /** What differs from, or is more than, what the shape alone would say. */
  data?: unknown
}

export const told: Partial<Record<OperationName, Told>> = {
  'keys.me': {
    data: { expires_at: '2027-02-19T18:00:00Z', scopes, rates: rates.standard, operations: may },
  },
  'members.list': { input: { search: 'ada', status: 'active', limit: 25 } },
  'members.slipping': {
    data: { members: [{ ...dot, until: graceEnds, status: 'past_due' }] },
  },
  'members.get': { data: { profile: { interests: ['ethics', 'data'] } } },
  'members.create': {
    input: { email: 'grace@example.org', name: 'Grace Oyelaran' },
    data: { is_entitled: false, is_proved: false },
  },
  'members.update': {
    input: {
      member: ids.member,
      headline: 'Product manager, AI for public libraries',
      location: 'Oakland, California',
    },
    data: { changed: ['headline', 'location'] },
  },
  'members.delete': {
    input: { member: ids.member, reason: proposed.whys.deletion },
    data: proposed.deletion,
  },
  'payments.invoices': {
    input: { month: '2026-11', status: 'paid', limit: 25 },
    data: [{ status: 'paid', created_at: PAID }],
  },
  'payments.refunds': {
    input: { month: '2026-11', limit: 25 },
    data: [
      {
        amount: 500,
        created_at: '2026-11-18T10:15:00Z',
        status: 'succeeded',
        reason: 'requested_by_customer',
      },
    ],
  },
  'payments.failed': {
    data: [
      {
        member: { id: dot.member, name: dot.name },
        since: dot.since,
        days: 2,
        next_try: '2026-11-22T09:30:00Z',
        retries_over_at: null,
        access_until: graceEnds,
      },
    ],
  },
  'payments.ledger': {
    data: {
      movements: 4,
      stripe: [
        {
          currency: 'usd',
          charges: sum(2, 11_000, 379),
          refunds: sum(1, -1500),
          disputes: sum(0, 0),
          adjustments: sum(0, 0),
          fees: sum(0, 0),
          payouts: sum(1, -9121),
          total: sum(4, 379, 379),
        },
      ],
      ours: [{ currency: 'usd', dues: 11_000, donations: 0, refunds: -1500, sum: 9500 }],
      differences: { count: 0, list: [] },
    },
  },
  'payments.propose_refund': {
    input: { payment: 'in_1SVx2kQ4', amount: 500, reason: proposed.whys.refund },
    data: proposed.small,
  },
  'payments.propose_cancel': {
    input: { member: ids.member, when: 'period_end', reason: proposed.whys.cancellation },
    data: proposed.cancellation,
  },
  'proposals.list': { data: [proposed.deletion] },
  'proposals.get': { data: proposed.approved },
  'proposals.withdraw': { data: proposed.withdrawn },
  'events.list': { data: [event] },
  'events.get': { data: event },
  'content.list': { data: [resource] },
  'content.get': {
    data: {
      ...resource,
      url: said('https://example.org/guide'),
      video_url: null,
      file_name: null,
      duration_seconds: null,
      embed_state: null,
    },
  },
  'content.create': {
    input: {
      kind: 'link',
      title: 'A guide to evaluations',
      topics: ['ethics'],
      url: 'https://example.org/guide',
    },
    data: { revision: 1 },
  },
  'content.update': {
    input: { resource: ids.any, revision: 12, title: 'A better guide to evaluations' },
    data: { revision: 13, stage: 'published' },
  },
  'content.update_many': {
    input: { topic: 'getting-started', add_topic: 'education', most: 20 },
    data: { changed: 1 },
  },
  'content.delete': {
    input: { resource: ids.any, reason: 'What it leads to is gone.' },
    data: { revision: 13, stage: 'retired' },
  },
  'analytics.emails': {
    data: {
      mails: [
        {
          template: 'welcome',
          delivered: 41,
          sent: 0,
          bounced: 0,
          complained: 0,
          withheld: 0,
          failed: 0,
          waiting: 0,
          owed: 41,
        },
      ],
    },
  },
  'analytics.attendance': {
    data: {
      events: [
        {
          starts_at: '2026-10-09T18:00:00Z',
          region: event.region,
          category: event.category,
          ...counted,
          came: 27,
          not_checked_in: 7,
          pending: 0,
          declined: 11,
        },
      ],
      months: [{ events: 1, came: 27, approved: 34, registered: 45 }],
    },
  },
  'analytics.resources': { data: [{ published_at: PAID, saved: 12, watched: 31 }] },
  'analytics.churn': {
    data: [
      {
        from: '2026-09',
        members_before: 240,
        came: 21,
        left: 12,
        members_after: 249,
        reasons: { canceled: 7, payment_failed: 5, refunded: 0, other: 0 },
      },
    ],
  },
  'analytics.cohorts': {
    data: [
      {
        from: '2026-09',
        came: 21,
        still_members: [
          { months: 0, members: 21 },
          { months: 1, members: 16 },
        ],
      },
    ],
  },
  'audience.list': { data: [{ segment }] },
  'audience.draft': {
    input: {
      subject: 'What we are up to in December',
      body: 'Three gatherings this month, and one for those who are new.',
      segment,
      why: 'Five members asked for it in their profiles.',
    },
    data: { segment, about: 30 },
  },
  'operations.goals': {
    data: {
      goals: [
        {
          goal: 'jobs_wait_briefly',
          what: 'For how long the oldest job that could run waits for a worker.',
          unit: 'seconds',
          at_most: 300,
          now: 41,
        },
      ],
    },
  },
  'operations.dead_jobs': {
    data: {
      jobs: [
        {
          job: 4127,
          kind: 'sync_contact',
          about: 'Brings one contact at Mailchimp to where it should be.',
          attempts: 8,
          last_error: said('Mailchimp did not answer'),
          what_to_do: 'Read the last error. When its cause is gone, call admin.replay_job.',
          enqueued_at: '2026-11-21T05:10:00Z',
          died_at: '2026-11-21T09:40:00Z',
        },
      ],
    },
  },
  'operations.explain_member': {
    data: {
      earlier_lines: 6,
      status: said(now),
      lines: [
        {
          at: PAID,
          what: said('Invoice of $10.00: $10.00 paid.'),
          source: 'Invoice',
          reference: said('in_1SVx2kQ4'),
        },
        { at: NOW, what: said(now), source: 'Now', reference: said('sub_1SVx2kQ4') },
      ],
    },
  },
  'change_sets.get': { data: { count: 1 } },
  'change_sets.undo': {
    data: {
      undone_at: NOW,
      undone: 1,
      left: 1,
      writes: [
        { write: 42, action: 'members.card_link_sent', is_undone: false, why_not: stays },
        { write: 41 },
      ],
    },
  },
}
