import { styleText } from 'node:util'
import type { Stack } from './stack.ts'

const people = [
  ['Ada', 'ada@example.org', 'member, monthly, visible'],
  ['Bea', 'bea@example.org', 'member, annual, hidden'],
  ['Cyn', 'cyn@example.org', 'her membership ended last month'],
  ['Dot', 'dot@example.org', 'her card fails; Stripe still tries'],
  ['Lea', 'lea@example.org', 'leader'],
  ['Kim', 'kim@example.org', 'admin; works with the key kim-practice'],
  ['Eve', 'eve@example.org', 'has not joined yet'],
] as const

/** The one screen that says what runs where, who can sign in, and what to try first. */
export function welcomeScreen(urls: Stack['urls'], keys: Stack['keys']): string {
  const title = (text: string) => `\n${styleText('bold', text)}`
  const row = (name: string, value: string, note = '') =>
    `  ${name.padEnd(11)} ${styleText('cyan', value.padEnd(38))} ${note}`
  return [
    title('What runs where'),
    row('Site', urls.site, 'start here'),
    row('Mailbox', urls.mailbox, 'every mail that was sent, with its code'),
    row('Stripe', urls.stripe, 'the sandbox: what Stripe did'),
    row('Mailchimp', urls.mailchimp, 'the sandbox: contacts, tags, journeys'),
    row('Vimeo', urls.vimeo, 'the sandbox: videos that play nothing'),
    row('Luma', urls.luma, 'the sandbox: events and their guests'),
    row('Slack', urls.slack, 'the sandbox: the workspace and what is said there'),
    row('Resend', urls.resend, 'the sandbox: every mail of ours, as it looks'),
    row('Data API', `${urls.api}/rest/v1`, `apikey: ${keys.publishable}`),
    row('Functions', urls.functions, '/operations/health tells how all is'),
    row(
      'Agents',
      `${urls.functions}/agents/mcp`,
      `the MCP address; more at ${urls.site}/developers/`,
    ),
    row('Postgres', urls.database, 'psql; look into the schema admin'),
    title('Who can sign in (with the code from the mailbox)'),
    ...people.map(([name, email, what]) => row(name, email, what)),
    title('What to try first'),
    `  1. Join as Eve: ${urls.site}/join/ with the card 4242 4242 4242 4242, any later date, any three digits.`,
    `  2. Look at her tags and her welcome: ${urls.mailchimp}`,
    `  3. Sign in as Ada, open Billing, cancel, and see until when she stays: ${urls.site}/sign-in/`,
    `  4. Sign in as Lea and publish an event: ${urls.site}/lead/events/. Register on its page at Luma as ada@example.org`,
    '     and as somebody whom nobody knows; then look at its guests, and at both mails in Resend.',
    `  5. psql ${urls.database} -c 'select * from admin.attention'`,
    `  6. Give an agent a key: psql ${urls.database} -Atc "select admin.rotate_agent_key('kim-practice', '0')"`,
    '     shows the secret of Kim’s key for practice, this one time (the demo data hold none). Then:',
    `     curl -H "Authorization: Bearer cak_test_…" ${urls.functions}/agents/me`,
    `\n${styleText('dim', 'Ctrl-C stops everything. npm start -- --reset begins anew. npm run demo walks the main jobs by itself.')}`,
  ].join('\n')
}
