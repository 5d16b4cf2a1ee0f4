import { z } from 'zod'
import { type Method, needed, Refused } from './methods.ts'
import { addPerson, personByEmail } from './state.ts'

export const team: Record<string, Method> = {
  'auth.test': {
    scopes: [],
    limit: 100,
    run: ({ workspace }) => ({
      url: `https://${workspace.team.domain}.slack.com/`,
      team: workspace.team.name,
      user: workspace.app.name,
      team_id: workspace.team.id,
      user_id: workspace.app.id,
      bot_id: 'B0COMMONS',
    }),
  },
  'team.info': {
    scopes: ['team:read'],
    limit: 50,
    run: ({ workspace }) => ({ team: { ...workspace.team } }),
  },
  'admin.users.invite': {
    scopes: ['admin.users:write'],
    limit: 20,
    admin: true,
    run({ workspace, args }) {
      if (needed(args, 'team_id') !== workspace.team.id) throw new Refused('team_not_found')
      const channels = listOf(needed(args, 'channel_ids'))
      if (channels.some((id) => !workspace.channels.has(id))) throw new Refused('channel_not_found')
      const email = needed(args, 'email')
      if (!z.email().safeParse(email).success) throw new Refused('invalid_email')
      const known = personByEmail(workspace, email)
      if (known?.isInvited) throw new Refused('already_in_team_invited_user')
      if (known) throw new Refused(known.deleted ? 'user_disabled' : 'already_in_team')
      const person = addPerson(workspace, { email, isInvited: true })
      workspace.ledger.add('invite.sent', person.id, { email })
      return {}
    },
  },
}

/** Slack takes a list of ids with commas, as its pages say, and as JSON, as its SDK sends it. */
const listOf = (value: string): string[] =>
  value.startsWith('[') ? (JSON.parse(value) as string[]) : value.split(',')
