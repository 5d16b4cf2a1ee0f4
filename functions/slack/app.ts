import { createHttp, route } from '../_shared/http.ts'
import { drainDoor } from '../_shared/worker_door.ts'
import { slackCommand } from './commands.ts'
import type { DoorDeps } from './deps.ts'
import { slackInteraction } from './interactions.ts'
import { slackEvents } from './slack_events.ts'

/** The doors of the slack room; each line names its caller. */
export function createApp(deps: DoorDeps) {
  const app = createHttp(deps)
  // signature:slack
  route(app, '/slack/events', { POST: (c) => slackEvents(c, deps) })
  // signature:slack
  route(app, '/slack/commands', { POST: (c) => slackCommand(c, deps) })
  // signature:slack
  route(app, '/slack/interactions', { POST: (c) => slackInteraction(c, deps) })
  // secret:worker
  route(app, '/slack/drain', { POST: drainDoor(deps) })
  return app
}
