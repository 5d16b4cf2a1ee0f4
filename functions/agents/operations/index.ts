/** Every operation's shapes, by its name. */
import type { OperationName } from '../catalogue.ts'
import type { OperationShape } from '../shapes.ts'
import { analytics } from './analytics.ts'
import { audience } from './audience.ts'
import { changeSets } from './change_sets.ts'
import { content } from './content.ts'
import { events } from './events.ts'
import { keys } from './keys.ts'
import { members } from './members.ts'
import { operations } from './operations.ts'
import { payments } from './payments.ts'
import { proposals } from './proposals.ts'

/** A name that is missing here, or not in the catalogue, is an error of types. */
export const shapes: Record<OperationName, OperationShape> = {
  ...members,
  ...payments,
  ...proposals,
  ...events,
  ...content,
  ...analytics,
  ...audience,
  ...operations,
  ...changeSets,
  ...keys,
}
