import type { Platform } from '../_shared/platform.ts'
import type { MailchimpClient } from '../_shared/providers/mailchimp.ts'
import type { Sql } from '../_shared/sql.ts'

/** What the doors of this room need. Functions are called at the first request that needs what they give. */
export interface DoorDeps extends Platform {
  sql(): Sql
  /** Works the room's queue until nothing is due. */
  drain(): Promise<unknown>
}

/** What the room's jobs need. */
export interface JobDeps {
  sql: Sql
  mailchimp: MailchimpClient
  now(): Date
}
