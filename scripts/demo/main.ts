/** Walks the main job in front of you, without a browser: `npm run demo`. */
import { rmSync } from 'node:fs'
import { startStack } from '../local/stack.ts'
import { kimLetsAnAgentHelp } from './agents.ts'
import { fayIsForgotten } from './erase.ts'
import { guestsAreDecided, leaPublishes } from './evening.ts'
import { eveJoins } from './join.ts'
import { adaLeaves } from './leave.ts'
import { createNarrator } from './say.ts'
import { slackIsRead } from './slack.ts'
import { mailchimpFails, nothingChanges } from './trouble.ts'
import { createWorld } from './world.ts'

const ports = {
  gateway: 16321,
  postgres: 16322,
  mailbox: 16324,
  site: 16421,
  stripe: 16111,
  mailchimp: 16112,
  vimeo: 16113,
  luma: 16114,
  slack: 16115,
  resend: 16116,
}

const narrator = createNarrator(console.log, () => performance.now())
console.log('A stack of its own is started, with demo data and the provider sandbox …')
console.log('Each line: seconds, where it happened, what. A ✓ was looked up there and is so.')
const lines: string[] = []
const stack = await startStack({
  name: 'demo',
  ports,
  seed: true,
  functions: true,
  sandbox: true,
  reset: true,
  onFunctionLine: (line) => lines.push(line),
}).catch((error: Error) => {
  console.error(error.message)
  process.exit(1)
})
let code = 0
const stop = async () => {
  await stack.close()
  rmSync(stack.folder, { recursive: true, force: true })
}
process.once('SIGINT', () => void stop().then(() => process.exit(130)))
process.once('SIGTERM', () => void stop().then(() => process.exit(143)))
try {
  const world = createWorld(stack, lines)
  // The demo data hold resources that leaders are to look at again; nothing else may wait in the end.
  const attention = () =>
    world.sql`select what, id, why from admin.attention where what <> 'Resource to review'`
  await eveJoins(world, narrator)
  await nothingChanges(world, narrator)
  await mailchimpFails(world, narrator)
  await slackIsRead(world, narrator)
  const evening = await leaPublishes(world, narrator)
  await guestsAreDecided(world, narrator, evening)
  await fayIsForgotten(world, narrator)
  await kimLetsAnAgentHelp(stack, world, narrator)
  await adaLeaves(stack, world, narrator)
  const waiting = await attention()
  narrator.chapter('In the end')
  narrator.expect(
    'Commons',
    'In admin.attention no event, job or person waits.',
    waiting.length === 0,
  )
  console.log(`\n${narrator.count()} things were expected and all of them were so.`)
  console.log('Do the same by hand: npm start')
} catch (error) {
  code = 1
  console.error(`\nThe demo stopped: ${(error as Error).message}`)
} finally {
  await stop()
}
process.exit(code)
