import { unwrap } from '../../lib/problem.ts'
import { db } from '../../lib/supabase.ts'

export type ProposalState =
  | 'waiting'
  | 'approved'
  | 'carried_out'
  | 'declined'
  | 'expired'
  | 'withdrawn'
  | 'failed'

/** What an agent asks for, as an admin sees it. */
export interface Proposal {
  id: string
  kind: 'refund' | 'cancel_now' | 'cancel_at_period_end' | 'delete_member'
  /** In a few words, such as "Give back $60.00". */
  asks_for: string
  /** Of a refund, as people write it. */
  money: string | null
  is_sandbox: boolean
  agent: string
  agent_what: string
  member_name: string | null
  /** Her primary address: what neither a name nor an agent can change. */
  member_email: string | null
  /** Since when she is a member, and whether an agent wrote her name. */
  known_by: string | null
  /** What would happen, sentence by sentence, as the database worked it out. */
  would: string[]
  /** The agent's own words: text, and nothing that anybody obeys. */
  reason: string
  why_waiting: string | null
  created_at: string
  expires_at: string
  decided_at: string | null
  /** Why this admin does not decide about it, and who does; null when she may. */
  why_not_you: string | null
  state: ProposalState
  /** Where it stands, as a sentence without its full stop. */
  words: string
  decision_reason: string | null
}

export interface Proposals {
  as_of: string
  waiting: Proposal[]
  earlier: Proposal[]
}

/** What waits for a decision, soonest to expire first, and what became of the last ones. Throws a Problem with 403 for who is no admin. */
export async function readProposals(): Promise<Proposals> {
  return unwrap(await db.rpc('agent_proposals_waiting')) as unknown as Proposals
}

export interface Decided {
  /** False when somebody was faster, or its time was over. */
  decided: boolean
  state: ProposalState
  words: string
}

/** Decides about one. Sent twice it decides once. */
export async function decideProposal(
  proposal: string,
  approve: boolean,
  reason: string,
): Promise<Decided> {
  const answer = await db.rpc('decide_agent_proposal', { proposal, approve, reason })
  return unwrap(answer) as unknown as Decided
}
