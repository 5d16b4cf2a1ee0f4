import type { Bucket } from '../_shared/bucket.ts'
import type { Platform } from '../_shared/platform.ts'
import type { VimeoClient } from '../_shared/providers/vimeo.ts'
import type { Sql } from '../_shared/sql.ts'

/** What the doors of this room need. Functions are called at the first request that needs what they give. */
export interface DoorDeps extends Platform {
  /** Works the room's queue until nothing is due. */
  drain(): Promise<unknown>
}

/** What the room's jobs need. */
export interface JobDeps {
  sql: Sql
  vimeo: VimeoClient
  /** The stored files of this room. */
  files: Pick<Bucket, 'remove'>
}
