import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { Stack } from '../local/stack.ts'
import type { Narrator } from './say.ts'
import { until } from './say.ts'
import type { World } from './world.ts'

const name = 'refund-desk'
const dollars = (cents: number) => `$${(cents / 100).toFixed(2)}`

interface Refund {
  id: string
  amount: number
}

/** What an agent does with its key, at the doors that any program has. */
function agentWith(world: World, secret: string) {
  const doors = `${world.urls.functions}/agents`
  return {
    async ask(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
      const isRead = method === 'GET'
      const response = await fetch(`${doors}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${secret}`,
          ...(isRead
            ? {}
            : { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() }),
          ...headers,
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      const { data, error } = await response.json()
      return { status: response.status, data, error }
    },
    /** The tools that an MCP client finds. */
    async tools(): Promise<string[]> {
      const client = new Client({ name: 'demo', version: '1' })
      const headers = { authorization: `Bearer ${secret}` }
      await client.connect(
        new StreamableHTTPClientTransport(new URL(`${doors}/mcp`), { requestInit: { headers } }),
      )
      const { tools } = await client.listTools()
      await client.close()
      return tools.map((tool) => tool.name)
    },
  }
}

type Agent = ReturnType<typeof agentWith>

/** Kim makes a key that Lea's agent works with. */
async function makeKey(world: World, { say, expect }: Narrator) {
  const [key] = await world.sql<{ secret: string }[]>`
    select admin.create_agent_key(${name}, 'Gives small payments back',
      '{members:read,members:write,payments:read,payments:refund}', holder_email => 'lea@example.org') as secret`
  const { secret } = key!
  say('You', `Kim, an admin, makes the key ${name} in Studio. Lea works with it.`)
  const [kept] = await world.sql`
    select count(*)::int as n from private.agent_secrets s where s::text like ${`%${secret.slice(9)}%`}`
  expect('Commons', 'Its secret is shown once: only a hash is kept.', kept?.n === 0)
  const agent = agentWith(world, secret)
  const tools = await agent.tools()
  expect(
    'Agent',
    `An MCP client finds ${tools.length} tools with it, and none beyond its scopes.`,
    tools.includes('payments_propose_refund') && !tools.includes('payments_propose_cancel'),
  )
  const beyond = await agent.ask('GET', '/analytics/churn')
  expect(
    'Commons',
    `Asked for something else: ${beyond.status}, and the answer names the scope ${beyond.error.scope}.`,
    beyond.status === 403 && beyond.error.scope === 'analytics:read',
  )
  return agent
}

const refundsOf = async (world: World, proposals: string[]): Promise<Refund[]> => {
  const { data } = await world.stripeHas('refunds?limit=100')
  return (data as (Refund & { metadata: Record<string, string> })[]).filter(({ metadata }) =>
    proposals.some((proposal) => Object.values(metadata).includes(proposal)),
  )
}

/** Bea asks for money back: a little is given at once, more waits until an admin presses a button in Slack. */
async function giveBack(world: World, agent: Agent, { say, expect, detail }: Narrator) {
  const found = await agent.ask('GET', '/members?email=bea@example.org')
  const member = found.data.members[0].member as string
  const invoices = await agent.ask('GET', `/payments/invoices?member=${member}&status=paid`)
  const payment = invoices.data[0].invoice as string
  const reason = 'She was away for most of the year.'
  const small = await agent.ask('POST', '/payments/refunds', { payment, amount: 1500, reason })
  expect(
    'Agent',
    'It proposes to give Bea $15.00 back. That is within its limits, so it is owed at once:',
    small.status === 202 && small.data.state === 'approved',
  )
  for (const sentence of small.data.shows.would) detail(sentence)
  await until('Stripe gave $15.00 back', async () =>
    (await refundsOf(world, [small.data.id])).length > 0 ? true : undefined,
  )
  say('Stripe', 'One refund of $15.00.')

  const { body: channel } = await world.slack('channels', {
    name: 'approvals',
    members: ['kim@example.org'],
  })
  await world.sql`update private.slack_channels set channel_id = ${channel.id} where purpose = 'approvals'`
  const large = await agent.ask('POST', '/payments/refunds', { payment, amount: 6000, reason })
  expect(
    'Agent',
    `It proposes $60.00 more, and that waits: ${large.data.why_waiting}.`,
    large.data.state === 'waiting',
  )
  const message = await until('the approvals channel was told', async () => {
    const [row] = await world.sql<{ ts: string; posted_channel: string }[]>`
      select ts, posted_channel from private.slack_messages where key = ${`agent_proposal:${large.data.id}`} and state = 'sent'`
    return row
  })
  expect(
    'Slack',
    'The approvals channel shows exactly what would happen, with two buttons. Stripe was asked for nothing.',
    message.posted_channel === channel.id && (await refundsOf(world, [large.data.id])).length === 0,
  )
  const press = {
    user: 'kim@example.org',
    channel: message.posted_channel,
    ts: message.ts,
    action: 'proposal_approve',
  }
  const presses = await Promise.all([world.slack('press', press), world.slack('press', press)])
  say('You', 'Kim presses Approve, twice.')
  await until('the refund was carried out', async () => {
    const [row] =
      await world.sql`select state from private.agent_proposals where id = ${large.data.id}`
    return row?.state === 'carried_out' ? true : undefined
  })
  const { data: settled } = await agent.ask('GET', `/proposals/${large.data.id}`)
  const given = await refundsOf(world, [small.data.id, large.data.id])
  expect(
    'Stripe',
    `$60.00 was given back once (${settled.provider_id}), $75.00 in all.`,
    presses.every(({ status }) => status === 200) &&
      given.length === 2 &&
      given.reduce((sum, { amount }) => sum + amount, 0) === 7500,
  )
}

/** The books of this month, beside Stripe's own. */
async function compareBooks(stack: Stack, world: World, agent: Agent, { say, expect }: Narrator) {
  const month = new Date().toISOString().slice(0, 7)
  await stack.travelTo(new Date(Date.now() + 3 * 60_000))
  say('Clock', 'Three minutes pass, and Stripe’s books are read, as each hour.')
  await world.sql`select private.read_ledger_hourly(private.clock())`
  const { data: movements } = await world.stripeHas(
    `balance_transactions?limit=100&created[gte]=${Date.parse(`${month}-01`) / 1000}`,
  )
  const net = (movements as { net: number }[]).reduce((sum, one) => sum + one.net, 0)
  await until('the books were read', async () => {
    const [open] = await world.sql`select from private.ledger_readings where not is_complete`
    return open ? undefined : true
  })
  const { data: ledger } = await agent.ask('GET', `/payments/ledger?month=${month}`)
  expect(
    'Agent',
    `The ledger of ${month} equals Stripe to the cent: ${movements.length} movements, ${dollars(net)} net, ${dollars(-ledger.stripe[0].refunds.amount)} given back.`,
    ledger.stripe[0].total.net === net && ledger.stripe[0].refunds.amount === -7500,
  )
}

/** A task is listed together and taken back in one call; a key that is revoked does nothing more. */
async function undoAndEnd(world: World, agent: Agent, { say, expect }: Narrator) {
  const member = (await agent.ask('GET', '/members?email=ada@example.org')).data.members[0].member
  const headline = async () =>
    (await world.sql`select headline from public.profiles where member_id = ${member}`)[0]?.headline
  const before = await headline()
  const { data: task } = await agent.ask('POST', '/change-sets', { task: 'Mend headlines' })
  const said = 'Product manager, AI for libraries everywhere'
  const changed = await agent.ask(
    'PATCH',
    `/members/${member}`,
    { headline: said },
    { 'change-set': task.change_set },
  )
  expect(
    'Agent',
    'For a task, it corrects Ada’s headline.',
    changed.status === 200 && (await headline()) === said,
  )
  const undone = await agent.ask('POST', `/change-sets/${task.change_set}/undo`)
  expect(
    'Commons',
    'One call undoes the task: her headline is as it was.',
    undone.data.undone === 1 && (await headline()) === before,
  )
  const [log] = await world.sql`
    select count(*)::int as n from private.audit_log where actor_kind = 'agent' and actor = ${name}`
  expect(
    'Commons',
    `All that it did is in the audit log as agent:${name}: ${log?.n} entries.`,
    (log?.n ?? 0) > 5,
  )
  await world.sql`select admin.revoke_agent_key(${name}, 'The demo is over')`
  say('You', 'Kim revokes the key.')
  const after = await agent.ask('GET', '/me')
  const unknown = await agentWith(world, `cak_live_${'x'.repeat(43)}`).ask('GET', '/me')
  expect(
    'Commons',
    `Its next call: ${after.status}, word for word as for a key that never was.`,
    after.status === 401 && JSON.stringify(after) === JSON.stringify(unknown),
  )
}

/** Kim lets an agent help: narrow rights, an approval for what is larger, everything on record, and an end at once. */
export async function kimLetsAnAgentHelp(stack: Stack, world: World, narrator: Narrator) {
  narrator.chapter('An agent helps, within its limits')
  const agent = await makeKey(world, narrator)
  await giveBack(world, agent, narrator)
  await compareBooks(stack, world, agent, narrator)
  await undoAndEnd(world, agent, narrator)
}
