import { type Call, type Method, needed, nextCursor, page, Refused } from './methods.ts'
import { type Person, personByEmail } from './state.ts'

/** Above this many people users.list refuses to answer without a limit. */
const NEEDS_LIMIT = 1000
const MOST = 1000

/** A person as Slack describes her; the address only where the scope allows it. */
export function userOf(person: Person, team: string, withEmail: boolean) {
  return {
    id: person.id,
    team_id: team,
    name: person.name,
    deleted: person.deleted,
    real_name: person.realName,
    tz: 'America/Los_Angeles',
    profile: {
      real_name: person.realName,
      display_name: person.displayName,
      image_72: 'https://secure.gravatar.com/avatar/0.png',
      team,
      ...(withEmail && person.email ? { email: person.email } : {}),
    },
    is_admin: false,
    is_owner: false,
    is_restricted: person.isRestricted,
    is_ultra_restricted: false,
    is_bot: person.isBot,
    is_app_user: false,
    updated: person.updated,
    ...(person.isInvited ? { is_invited_user: true } : {}),
  }
}

const shown = ({ workspace, scopes }: Call, person: Person) =>
  userOf(person, workspace.team.id, scopes.has('users:read.email'))

export const users: Record<string, Method> = {
  'users.list': {
    scopes: ['users:read'],
    limit: 20,
    run(call) {
      const { workspace, args } = call
      const all = [...workspace.people.values()]
      if (!args.limit && all.length > NEEDS_LIMIT) throw new Refused('limit_required')
      const asked = Math.min(Number(args.limit) || MOST, MOST)
      const limit = workspace.shortPages ? Math.max(1, Math.ceil(asked / 3)) : asked
      const { items, next } = page({ ...args, limit: String(limit) }, all, MOST)
      return {
        members: items.map((one) => shown(call, one)),
        cache_ts: workspace.seconds(),
        ...nextCursor(next),
      }
    },
  },
  'users.lookupByEmail': {
    scopes: ['users:read.email'],
    limit: 50,
    run(call) {
      const found = personByEmail(call.workspace, needed(call.args, 'email', 'users_not_found'))
      // One word for all of them: nobody, deactivated, invited and not there yet.
      if (!found || found.deleted || found.isInvited) throw new Refused('users_not_found')
      return { user: shown(call, found) }
    },
  },
  'users.info': {
    scopes: ['users:read'],
    limit: 100,
    run(call) {
      const found = call.workspace.people.get(needed(call.args, 'user', 'user_not_found'))
      if (!found) throw new Refused('user_not_found')
      return { user: shown(call, found) }
    },
  },
}
