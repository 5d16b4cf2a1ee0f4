import type { Stack } from '../local/stack.ts'
import type { Narrator } from './say.ts'
import { until } from './say.ts'
import type { World } from './world.ts'

const day = (moment: Date) => moment.toISOString().slice(0, 10)

/** Ada cancels, keeps what she paid for, and is gone the day after her last day. */
export async function adaLeaves(stack: Stack, world: World, { chapter, say, expect }: Narrator) {
  const email = 'ada@example.org'
  chapter('Ada cancels, and it ends on its day')
  const ada = await world.signIn(email)
  say('You', 'Ada signs in with the six-digit code from her mailbox.')
  const lea = await world.signIn('lea@example.org')
  const findsAda = async () => {
    const { data, error } = await lea.client.rpc('directory', { search: 'Ada Park' })
    if (error) throw new Error(error.message)
    return (data as unknown[]).length === 1
  }
  expect('Commons', 'Lea, a leader, finds Ada in the directory.', await findsAda())

  const portal = await world.door('/memberships/portal', {}, ada.token)
  expect('Commons', 'The door to her own billing portal opens.', portal.status === 200)
  await world.stripe('portal/cancel', { subscription: 'sub_ada', reason: 'too_expensive' })
  say('Stripe', 'In the portal she cancels. The paid month runs on.')
  const atStripe = await world.stripeHas('subscriptions/sub_ada')
  const paidThrough = new Date(atStripe.items.data[0].current_period_end * 1000)
  expect(
    'Stripe',
    `Stripe says: ${atStripe.status}, and ends with the paid period on ${day(paidThrough)}.`,
    atStripe.status === 'active' && atStripe.cancel_at_period_end === true,
  )
  const member = await until('the cancellation arrived', async () => {
    const row = await world.member(email)
    return row?.cancel_at_period_end ? row : undefined
  })
  const end: Date = member.access_until
  const lastMoment = new Date(end.getTime() - 60_000)
  expect(
    'Commons',
    `The webhook arrived: she keeps access through ${day(lastMoment)}, the whole day (UTC).`,
    member.is_entitled && (await findsAda()),
  )

  await stack.travelTo(lastMoment)
  say('Clock', `It is ${lastMoment.toISOString()}, the last minute of her last day.`)
  expect('Commons', 'Lea still finds her.', await findsAda())
  await stack.travelTo(new Date(end.getTime() + 1000))
  say('Clock', `It is ${new Date(end.getTime() + 1000).toISOString()}.`)
  expect('Commons', 'Ada is out of the directory, at once.', !(await findsAda()))
  const ended = await until('Stripe ended it', async () => {
    const now = await world.stripeHas('subscriptions/sub_ada')
    return now.status === 'active' ? undefined : now.status
  })
  expect('Stripe', `Stripe says by now: ${ended}.`, ended === 'canceled')
  const { data } = await ada.client.rpc('directory', {})
  expect('Commons', 'Ada herself sees nobody any more.', !data)

  await world.sql`select private.end_memberships(private.clock())`
  say('Commons', 'The schedule of each minute carries out what follows.')
  await until('the tags followed', async () => (await world.tags(email)).includes('alumni'))
  const tags = await world.tags(email)
  expect('Mailchimp', `Ada's tags are ${tags.join(', ')}.`, tags.join() === 'alumni,member,monthly')
}
