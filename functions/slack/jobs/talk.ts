import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'
import { lookAfterErased } from './look_after_erased.ts'
import { postMessage } from './post_message.ts'
import { settleChannel } from './settle_channel.ts'
import { settlePeople } from './settle_people.ts'
import { updateMessage } from './update_message.ts'
import { walkChannel } from './walk_channel.ts'

/** The jobs by which Commons speaks in Slack and looks after its channels. */
export const talk: Record<string, Handler<JobDeps>> = {
  look_after_erased: lookAfterErased,
  post_message: postMessage,
  settle_channel: settleChannel,
  settle_people: settlePeople,
  update_message: updateMessage,
  walk_channel: walkChannel,
}
