import { lazy } from '../_shared/env.ts'
import type { Platform } from '../_shared/platform.ts'
import { connect } from '../_shared/sql.ts'
import type { DoorDeps } from './deps.ts'
import { readSigningKey } from './signing.ts'

/** Builds what the room needs from its platform. Each part is made at its first use. */
export function createDeps(platform: Platform): DoorDeps {
  return {
    ...platform,
    sql: lazy(() => connect(platform.env)),
    signingKey: lazy(() => readSigningKey(platform.env)),
  }
}
