import { answerOrNull } from '../../lib/problem.ts'
import type { Role } from '../../lib/role.ts'
import { db } from '../../lib/supabase.ts'
import type { EventState, Standing } from '../events/data.ts'
import type { Card } from '../memberships/membership.ts'

/** An event that is still to come, with what one is to it. */
export interface NextEvent {
  id: string
  title: string
  starts_at: string
  ends_at: string
  time_zone: string
  place: string
  state: EventState
  standing: Standing
  place_in_line: number | null
}

export interface NewMember {
  member_id: string
  name: string
  headline: string
  picture: string | null
}

export interface NewResource {
  id: string
  kind: 'video' | 'file' | 'link'
  title: string
  published_at: string
}

/** What somebody has not done yet of what makes her at home. */
export type Task = 'profile' | 'picture' | 'visibility' | 'interests' | 'slack'

/** How somebody who is not in Slack yet gets there: the share link while it works, or Slack's own invitation. */
export interface WayIn {
  link: string | null
  is_invited: boolean
}

export interface Home extends Card {
  member: { id: string; name: string; role: Role; picture: string | null; is_visible: boolean }
  last_receipt: {
    amount_paid: number
    currency: string
    created_at: string
    paid_at: string | null
    url: string | null
  } | null
  events: NextEvent[]
  new_members: NewMember[]
  new_resources: NewResource[]
  to_do: Task[]
  slack: WayIn | null
  /** How many proposals of agents wait for her; null for who is no admin. */
  proposals: number | null
}

/** Everything that the home page shows, in one answer; null for who is no member yet. */
export async function readHome(): Promise<Home | null> {
  return answerOrNull<Home>(await db.rpc('home'))
}
