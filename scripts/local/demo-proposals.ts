import type { Sql } from 'postgres'

/** Two things that the demo's support agent asks for, and that wait for an admin: money back for Bea, and Cyn's deletion. */
export async function makeProposals(sql: Sql, functions: string): Promise<void> {
  const [key] = await sql<{ secret: string }[]>`
    select admin.rotate_agent_key('support-agent', '0') as secret`
  const memberOf = async (email: string) =>
    (
      await sql<
        { id: string }[]
      >`select member_id as id from public.member_emails where email = ${email}`
    )[0]!.id
  const ask = async (method: string, path: string, body: object) => {
    const response = await fetch(`${functions}/agents${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key!.secret}`,
        'content-type': 'application/json',
        'idempotency-key': crypto.randomUUID(),
      },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`The demo's proposals: ${await response.text()}`)
  }
  await ask('POST', '/payments/refunds', {
    payment: 'in_bea',
    amount: 6000,
    reason: 'She was away for most of the year, and wrote to us in October.',
  })
  await ask('DELETE', `/members/${await memberOf('cyn@example.org')}`, {
    reason: 'She asks us to forget her, in a letter.',
  })
}
