import type { Sql } from 'postgres'

/**
 * Connects the demo to the sandbox's workspace, as an admin does on her first day: she sets the share link and the
 * channel for approvals, which the seed cannot know, and asks for everybody who is there.
 */
export async function connectSlack(sql: Sql, slack: string): Promise<void> {
  await sql`select admin.set_slack_link(${`${slack}/join/zt-sandbox`}, now() + interval '30 days', 400)`
  await sql`update private.slack_channels set channel_id = 'C0APPROVALS' where purpose = 'approvals'`
  // What the seed's agents ask for was told while there was no channel yet.
  await sql`delete from private.slack_messages where template = 'agent_proposal' and state <> 'sent'`
  await sql`select private.tell_proposal(p) from private.agent_proposals p where p.state = 'waiting'`
  await sql`select admin.sync_slack()`
}
