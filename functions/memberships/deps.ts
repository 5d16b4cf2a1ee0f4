import type { Platform } from '../_shared/platform.ts'
import type { StripeClient } from '../_shared/providers/stripe.ts'
import type { Sql } from '../_shared/sql.ts'
import type { AskAuth } from '../_shared/user.ts'

/** What the doors of this room need. Functions are called at the first request that needs what they give. */
export interface DoorDeps extends Platform {
  sql(): Sql
  stripe(): StripeClient
  askAuth(): AskAuth
  /** Works the room's queue until nothing is due. */
  drain(): Promise<unknown>
}

/** What the room's jobs need. */
export interface JobDeps {
  sql: Sql
  stripe: StripeClient
  /** The account at Stripe that keys for practice work on. Throws when there is none. */
  practice(): StripeClient
}
