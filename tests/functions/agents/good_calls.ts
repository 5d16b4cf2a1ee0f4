import type { OperationName } from '../../../functions/agents/catalogue.ts'

const ada = '00000000-0000-4000-8000-000000000001'
export const nobody = '00000000-0000-4000-8000-00000000dead'
const soon = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()

export type Args = Record<string, unknown>
/** What earlier calls answered, by operation, and the month in which money moved. */
export type Known = Partial<Record<OperationName, Args>> & { month: string }

/** A good call of each operation. Those that need what another one made come after it. */
export const good: Record<OperationName, (known: Known) => Args> = {
  'keys.me': () => ({}),
  'change_sets.open': () => ({ task: 'To call everything once' }),
  'members.list': () => ({ search: 'a', status: 'active', limit: 5 }),
  'members.slipping': () => ({ limit: 5 }),
  'members.get': () => ({ member: ada }),
  'members.create': () => ({ email: 'grace@example.org', name: 'Grace' }),
  'members.update': () => ({ member: ada, headline: 'Librarian of machines' }),
  'members.delete': () => ({ member: ada, reason: 'She asked for it by letter' }),
  'members.send_card_link': () => ({ member: '00000000-0000-4000-8000-000000000004' }),
  'payments.invoices': () => ({ member: ada, limit: 2 }),
  'payments.refunds': ({ month }) => ({ month }),
  'payments.failed': () => ({ limit: 5 }),
  'payments.ledger': ({ month }) => ({ month }),
  'payments.propose_refund': () => ({ payment: 'in_ada', amount: 500, reason: 'Charged twice' }),
  'payments.propose_cancel': () => ({
    member: '00000000-0000-4000-8000-000000000002',
    when: 'period_end',
    reason: 'She moves away',
  }),
  'proposals.list': () => ({ limit: 5 }),
  'proposals.get': (known) => ({ proposal: known['members.delete']!.id }),
  'proposals.withdraw': (known) => ({ proposal: known['members.delete']!.id }),
  'events.list': () => ({ limit: 5 }),
  'events.get': (known) => ({ event: (known['events.list'] as unknown as Args[])[0]!.id }),
  'events.propose': () => ({
    title: 'Reading circle',
    starts_at: soon(30),
    ends_at: soon(30.1),
    why: 'Five members asked',
  }),
  'content.list': () => ({ kind: 'link', limit: 5 }),
  'content.get': (known) => ({ resource: (known['content.list'] as unknown as Args[])[0]!.id }),
  'content.create': () => ({
    kind: 'link',
    title: 'A guide to evaluations',
    topics: ['ethics'],
    url: 'https://example.org/guide',
  }),
  'content.update': (known) => ({
    resource: known['content.create']!.id,
    revision: known['content.create']!.revision,
    title: 'A better guide to evaluations',
  }),
  'content.update_many': () => ({ kind: 'link', add_topic: 'ethics', most: 50 }),
  'content.delete': (known) => ({ resource: known['content.create']!.id, reason: 'Out of date' }),
  'analytics.emails': () => ({}),
  'analytics.attendance': () => ({}),
  'analytics.resources': () => ({}),
  'analytics.churn': () => ({ months: 6 }),
  'analytics.cohorts': () => ({ months: 6 }),
  'audience.draft': () => ({
    subject: 'December',
    body: 'Three gatherings, and one for those who are new.',
    segment: { status: 'active' },
    why: 'It is time',
  }),
  'audience.list': () => ({ limit: 5 }),
  'audience.discard': (known) => ({ draft: known['audience.draft']!.id }),
  'operations.goals': () => ({}),
  'operations.dead_jobs': () => ({ limit: 5 }),
  'operations.explain_member': () => ({ member: ada }),
  'change_sets.get': (known) => ({ change_set: known['change_sets.open']!.change_set }),
  'change_sets.undo': (known) => ({ change_set: known['change_sets.open']!.change_set }),
}
