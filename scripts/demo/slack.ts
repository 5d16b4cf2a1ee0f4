import { connectSlack } from '../local/demo-slack.ts'
import type { Narrator } from './say.ts'
import { until } from './say.ts'
import type { World } from './world.ts'

const standing = async (world: World, email: string) => {
  const [row] = await world.sql<{ status: string; in_words: string; as: string | null }[]>`
    select status::text, in_words, display_name as as from admin.slack_people where email = ${email}`
  return row
}

/** An admin connects the workspace; everybody in it is found by her address; Eve comes in and asks who she is. */
export async function slackIsRead(world: World, { chapter, say, expect }: Narrator) {
  chapter('Slack: who is there, who comes, and what she asks')
  await world.signIn('eve@example.org')
  say('You', 'Eve signs in with the six-digit code, which proves that the address is hers.')
  const began = Date.now()
  await connectSlack(world.sql, world.urls.slack)
  say('You', 'An admin sets the share link and asks for everybody: select admin.sync_slack().')
  const run = await until('the walk ended', async () => {
    const [row] = await world.sql`
      select state::text, pages, seen, matched, failed from admin.slack_runs order by id desc limit 1`
    return row?.state === 'done' ? row : undefined
  })
  expect(
    'Commons',
    `${run.seen} accounts were read in ${run.pages} page(s); ${run.matched} belong to members (${Date.now() - began} ms).`,
    run.matched > 30 && run.failed === 0,
  )
  const [ada, eve] = [
    await standing(world, 'ada@example.org'),
    await standing(world, 'eve@example.org'),
  ]
  expect('Commons', `Ada is ${ada?.in_words}.`, ada?.status === 'active')
  expect('Commons', `Eve is ${eve?.in_words}.`, eve?.status === 'not_found')

  const came = Date.now()
  await world.slack('people', {
    email: 'eve@example.org',
    name: 'Eve Okafor',
    displayName: 'eve',
  })
  say('Slack', 'Eve follows the share link and is in the workspace: a signed team_join goes out.')
  await until(
    'Eve was found',
    async () => (await standing(world, 'eve@example.org'))?.status === 'active',
  )
  expect('Commons', `Eve is in Slack as eve (${Date.now() - came} ms after she came).`, true)
  await until('Eve was welcomed', async () => (await world.posted('eve@example.org')).length > 0)
  expect('Slack', 'One message welcomes her.', (await world.posted('eve@example.org')).length === 1)

  const asked = Date.now()
  const { body } = await world.slack('command', { user: 'eve@example.org', command: '/membership' })
  const took = Date.now() - asked
  const answer = JSON.stringify(body)
  expect(
    'Slack',
    `Eve types /membership and is answered in ${took} ms: she has a monthly membership.`,
    took < 3000 && /monthly/i.test(answer),
  )
  const forged = await world.post(
    `${world.urls.functions}/slack/commands`,
    'command=%2Fmembership&user_id=U1',
    { 'content-type': 'application/x-www-form-urlencoded', 'x-slack-signature': 'v0=00' },
  )
  expect(
    'Commons',
    `The same question without a right signature: ${forged.status}.`,
    forged.status === 400,
  )
}
