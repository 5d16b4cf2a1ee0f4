import type { Platform } from '../_shared/platform.ts'
import type { Sql } from '../_shared/sql.ts'
import type { SigningKey } from './signing.ts'

/** What the doors of this room need. Functions are called at the first request that needs what they give. */
export interface DoorDeps extends Platform {
  sql(): Sql
  /** What tokens are signed and checked with. Throws MissingSetting when there is no usable AGENT_SIGNING_KEY. */
  signingKey(): SigningKey
}
