import type { Platform } from '../_shared/platform.ts'
import type { SlackClient } from '../_shared/providers/slack.ts'
import type { Sql } from '../_shared/sql.ts'

/** What the doors of this room need. Functions are called at the first request that needs what they give. */
export interface DoorDeps extends Platform {
  sql(): Sql
  /** Slack, for an answer that somebody waits for: with little patience. */
  slack(): SlackClient
  /** Works the room's queue until nothing is due. */
  drain(): Promise<unknown>
}

/** What the room's jobs need. */
export interface JobDeps {
  sql: Sql
  slack: SlackClient
  /** Where the member site is, for links in messages. */
  siteUrl: string
  now(): Date
}
