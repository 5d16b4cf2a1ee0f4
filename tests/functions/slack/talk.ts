import type { Room } from './room.ts'

interface Posted {
  ts: string
  text: string
  blocks: { text?: { text: string }; elements?: { url?: string }[] }[]
  metadata: { event_payload: { key: string } }
}

const dinner = { event_id: '7', title: 'Dinner', words: 'Bring a friend', from: 'Lea' }

/** What tests of the talking half ask of a room. */
export function talkOf(room: () => Room) {
  const sql = () => room().sql
  return {
    /** Nobody was ever written to, no channel is looked after, and messages need not wait for each other. */
    async forget() {
      await room().forget()
      await sql()`
        truncate private.slack_messages, private.slack_alerts, private.slack_paces, private.slack_offboarding,
          private.slack_entitled_channels, private.slack_channel_walks, private.slack_channel_people`
      await sql()`update private.slack_rules set channel_pace = '0', workspace_pace = '0'`
      await sql()`update private.slack_channels set channel_id = 'C0ALERTS' where purpose = 'alerts'`
    },
    /** A member who has an account in Slack, and both numbers of hers. */
    async inSlack(name: string, options: { entitled?: boolean } = {}) {
      const email = `${name}@example.org`
      const member = await room().member(email, options)
      const { id: user } = await room().control('people', { email, quiet: true })
      await sql()`
        insert into private.slack_people (member_id, status, slack_user_id, last_seen_at, synced_at)
        values (${member}, 'active', ${user}, private.clock(), private.clock())`
      return { member, user, email }
    },
    /** Owes a message: to a member, or to the alerts channel. Its number. */
    async owe(key: string, member?: string, data: object = dinner): Promise<number> {
      const template = member ? 'event_message' : 'alerts'
      const [row] = await sql()<{ id: number }[]>`
        select private.post_to_slack(${key}, ${template}, ${sql().json(data as never)}, member => ${member ?? null},
          channel => ${member ? null : 'alerts'})::integer as id`
      return row!.id
    },
    alert: { things: [{ what: 'Dead job', id: '7', why: 'It broke', do_this: 'Look' }], more: 0 },
    /** What stands in the conversation with a person, or in a channel. */
    async posted(where: string): Promise<Posted[]> {
      const { channels } = await room().state()
      const channel = channels.find(
        ({ id, kind, members }) => id === where || (kind === 'im' && members.includes(where)),
      )
      return (channel?.messages ?? []) as Posted[]
    },
    async held(id: number) {
      const [row] = await sql()`select * from private.slack_messages where id = ${id}`
      return row!
    },
    async inside(channel: string): Promise<string[]> {
      const { channels } = await room().state()
      return (channels.find(({ id }) => id === channel)?.members ?? []).filter(
        (id) => id !== 'U0COMMONS',
      )
    },
    dead: () => sql()`select kind, reason, last_error from jobs.dead where replayed_at is null`,
    /** How the last jobs of a kind ended. */
    notes: async (kind: string) =>
      (
        await sql()<{ note: string }[]>`
        select note from jobs.attempts where kind = ${kind} order by job, msg_id, read_ct`
      ).map(({ note }) => note),
    /** So long ago that what happened at Slack can be seen there. */
    later: () => sql()`update jobs.effects set started_at = started_at - interval '1 minute'`,
    calls: (method: string) =>
      room()
        .slack.requests.entries()
        .filter(({ path }) => path === `/api/${method}`).length,
  }
}
