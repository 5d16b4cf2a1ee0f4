import { createHmac } from 'node:crypto'
import { type Room, SECRET } from './room.ts'
import { talkOf } from './talk.ts'

const KEY = 'c0000000-0000-4000-8000-000000000001'

/** What tests of proposals in Slack ask of a room. */
export function approvalsOf(room: () => Room) {
  const talk = talkOf(room)
  const sql = () => room().sql
  return {
    /** There is an agent with a key. */
    async begin() {
      // Each test begins with nobody, so the last admin goes as well.
      await sql()`alter table public.members disable trigger members_last_admin_stays`
      await sql()`
        insert into private.agent_keys (id, name, what, scopes, expires_at, created_by)
        values (${KEY}, 'helper', 'Test', '{payments:refund,members:write}', private.clock() + interval '1 day', 'test')`
    },
    async forget() {
      await sql()`update private.agent_proposals set state = 'declined' where state = 'waiting'`
      await talk.forget()
      await sql()`truncate private.rate_limits`
      await sql()`delete from private.agent_proposals where state <> 'approved'`
      await sql()`update private.agent_keys set holder_id = null`
    },
    /** Somebody in Slack who is an admin here, and in the channel. */
    async admin(name: string) {
      const made = await talk.inSlack(name)
      await sql()`update public.members set role = 'admin' where id = ${made.member}`
      await room().control('channels/members', { channel: 'C0ALERTS', add: [made.user] })
      return made
    },
    holds: (member: string | null) =>
      sql()`update private.agent_keys set holder_id = ${member} where id = ${KEY}`,
    /** An agent asks to delete somebody, which always waits. Its id. */
    async asks(reason = 'She asked'): Promise<string> {
      const member = await room().member(`${crypto.randomUUID()}@example.org`)
      const worker = await room().member(`${crypto.randomUUID()}@example.org`)
      await sql()`update private.agent_keys set holder_id = coalesce(holder_id, ${worker}) where id = ${KEY}`
      const [row] = await sql()<{ id: string }[]>`
        select private.propose(row(${KEY}::uuid, 'helper', false, 'members.delete', null, 'test', private.clock())::private.agent_call,
          'delete_member', ${member}::uuid, ${member}, null, null, ${reason},
          jsonb_build_object('would', array_remove(private.deletion_in_words(${member}), null))) -> 'data' ->> 'id' as id`
      return row!.id
    },
    /** The message in the channel that is about a proposal. */
    async posted(id: string) {
      const [row] = await sql()<{ ts: string; mark: string }[]>`
        select ts, mark from private.slack_messages where key = ${`agent_proposal:${id}`}`
      const message = (await talk.posted('C0ALERTS')).find(({ ts }) => ts === row?.ts)
      return { ts: row!.ts, mark: row!.mark, text: JSON.stringify(message?.blocks ?? []) }
    },
    /** Somebody presses a button; Slack tells of it over HTTP. */
    press: (user: string, ts: string, action = 'proposal_approve', value?: string) =>
      room().control<{ status: number; ms: number }>('press', {
        user,
        channel: 'C0ALERTS',
        ts,
        action,
        ...(value ? { value } : {}),
      }),
    async kept(id: string) {
      const [row] = await sql()`
        select state::text, decided_by from private.agent_proposals where id = ${id}`
      return row
    },
    /** What one person alone was told. */
    async whispered(user: string): Promise<string> {
      await room().settled()
      const found = (await talk.posted('C0ALERTS')) as { onlyFor?: string; text: string }[]
      return found
        .filter(({ onlyFor }) => onlyFor === user)
        .map(({ text }) => text.replaceAll('\u2060', ''))
        .join('\n')
    },
    /** Knocks as Slack does, signed. */
    knock(body: string, { secret = SECRET, age = 0 }: { secret?: string; age?: number } = {}) {
      const time = String(Math.floor(Date.now() / 1000) - age)
      const signature = createHmac('sha256', secret).update(`v0:${time}:${body}`).digest('hex')
      return room().app.request('/slack/interactions', {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'x-slack-request-timestamp': time,
          'x-slack-signature': `v0=${signature}`,
        },
        body,
      })
    },
    form: (payload: unknown) =>
      new URLSearchParams({ payload: JSON.stringify(payload) }).toString(),
  }
}
