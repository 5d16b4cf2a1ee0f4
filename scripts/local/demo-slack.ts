import type { Sql } from 'postgres'

/**
 * Connects the demo to the sandbox's workspace, as an admin does on her first day: she sets the share link, which the
 * seed cannot know, and asks for everybody who is there.
 */
export async function connectSlack(sql: Sql, slack: string): Promise<void> {
  await sql`select admin.set_slack_link(${`${slack}/join/zt-sandbox`}, now() + interval '30 days', 400)`
  await sql`select admin.sync_slack()`
}
