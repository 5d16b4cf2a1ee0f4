import type { Platform } from '../_shared/platform.ts'
import type { ResendClient } from '../_shared/providers/resend.ts'
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
  resend: ResendClient
  /** Where the member site is, for links in mails. */
  siteUrl: string
  /** Where this room's doors are, for the button with which mail programs unsubscribe. */
  doorsUrl: string
  /** Waits until it is our turn to call. */
  wait(seconds: number): Promise<void>
}
