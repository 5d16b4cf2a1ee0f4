import { createApp } from '../../../functions/agents/app.ts'
import { createDeps } from '../../../functions/agents/create_deps.ts'
import { serveHttp } from '../../../scripts/local/http.ts'
import { freePort } from '../support/database.ts'
import { openHouse } from '../support/house.ts'
import { act, ask, contactOf, join, sessionOf, signIn } from '../support/people.ts'
import { openAgents } from './support.ts'

export type Community = Awaited<ReturnType<typeof openCommunity>>

/**
 * A small community as it runs: people who paid at the Stripe sandbox, the rooms that answer to it, and the agents'
 * door beside them. 32 days have passed, so that a card failed and monthly dues were paid again: also in the longest
 * month, and long enough ago to be in the books. It is morning, so that the limits of a day hold until the test has ended.
 */
export async function openCommunity() {
  const house = await openHouse()
  const { sql } = house
  const agents = await openAgents(house)
  const app = createApp({ ...createDeps(agents.platform), sql: () => sql as never })
  const port = await freePort()
  const server = await serveHttp(port, (request) => app.fetch(request))

  const now = house.clock.now()
  const morning = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1, 6)
  await house.advance((morning - now.getTime()) / 86_400_000)
  const people = {
    ada: await join(house, { email: 'ada@example.org', name: 'Ada Park', tier: 'annual' }),
    bea: await join(house, {
      email: 'bea@example.org',
      name: 'Bea Lindholm',
      tier: 'donor_annual',
    }),
    dot: await join(house, {
      email: 'dot@example.org',
      name: 'Dot Adeyemi',
      card: '4000000000000341',
    }),
    lea: await join(house, { email: 'lea@example.org', name: 'Lea Novak' }),
    kim: await join(house, { email: 'kim@example.org', name: 'Kim Tran' }),
    mal: await join(house, { email: 'mal@example.org', name: 'Mal Reed' }),
  }
  await sql`update public.members set role = 'leader' where id = ${people.lea.member_id}`
  await sql`update public.members set role = 'admin' where id = ${people.kim.member_id}`
  await sql`update public.profiles set is_visible = true`
  for (const who of Object.keys(people)) await signIn(house, `${who}@example.org`)
  const gift = await ask(house, 'checkout', {
    donation: { amount: 2500, note: 'For the library' },
    email: 'ada@example.org',
  })
  await act(house.stripe.url, 'stripe/pay', { session: sessionOf(gift.body.url), name: 'Ada Park' })
  await house.settle()
  await house.work()
  await house.advance(32)
  await house.work()
  // What became of the mails is told by webhooks; when an agent begins, nothing is on its way any more.
  await act(house.resend.url, 'resend/settle', {})
  await house.settle()
  await house.work()

  // Seconds that this database is ahead of the real time.
  let ahead = Math.round((house.clock.now().getTime() - Date.now()) / 1000)
  return {
    ...house,
    mcp: `http://127.0.0.1:${port}/agents/mcp`,
    people,
    agents,
    /** Waits as an agent does that is told to come back later: the clock goes on by itself. */
    async wait(seconds: number) {
      ahead += seconds
      await house.travel(ahead)
    },
    now: async () => (await sql<{ at: Date }[]>`select private.clock() as at`)[0]!.at,
    /** The newest paid invoice of somebody, as agents name payments. */
    async invoiceOf(who: keyof typeof people): Promise<string> {
      const [row] = await sql<{ invoice_id: string }[]>`
        select invoice_id from public.invoices where customer_id = ${people[who].customer} and status = 'paid'
         order by created_at desc limit 1`
      return row!.invoice_id
    },
    /** What the Stripe sandbox did since a moment in its ledger, such as refunds. */
    async atStripe<T>(list: string): Promise<T[]> {
      const headers = { authorization: 'Bearer sk_test_sandbox' }
      const answer = await fetch(`${house.stripe.url}/v1/${list}`, { headers })
      return ((await answer.json()) as { data: T[] }).data
    },
    async mails(): Promise<{ to: string[]; subject: string }[]> {
      const answer = await fetch(`${house.resend.url}/_sandbox/resend/emails`)
      return ((await answer.json()) as { emails: { to: string[]; subject: string }[] }).emails
    },
    contactOf: (email: string) => contactOf(house, email),
    async close() {
      await server.close()
      await house.close()
    },
  }
}
