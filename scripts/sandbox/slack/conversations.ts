import { type Call, type Method, needed, nextCursor, page, Refused } from './methods.ts'
import { addChannel, type Channel, directWith, type Person } from './state.ts'

const TYPES: Record<string, Channel['kind']> = {
  public_channel: 'public',
  private_channel: 'private',
  im: 'im',
  mpim: 'mpim',
}

export function channelOf({ workspace }: Call, id: string): Channel {
  const found = workspace.channels.get(id)
  // A private channel that the app is not in does not exist for it.
  if (!found || (found.kind !== 'public' && !found.members.has(workspace.app.id))) {
    throw new Refused('channel_not_found')
  }
  return found
}

const shape = ({ workspace }: Call, channel: Channel) => ({
  id: channel.id,
  name: channel.name,
  is_channel: channel.kind === 'public',
  is_im: channel.kind === 'im',
  is_private: channel.kind !== 'public',
  is_archived: channel.isArchived,
  is_member: channel.members.has(workspace.app.id),
  num_members: channel.members.size,
})

function mustBeIn({ workspace }: Call, channel: Channel) {
  if (channel.isArchived) throw new Refused('is_archived')
  if (!channel.members.has(workspace.app.id)) throw new Refused('not_in_channel')
}

function somebody({ workspace }: Call, id: string): Person {
  const found = workspace.people.get(id)
  if (!found || found.isInvited) throw new Refused('user_not_found')
  return found
}

export const conversations: Record<string, Method> = {
  'conversations.open': {
    scopes: ['im:write', 'mpim:write'],
    limit: 50,
    run(call) {
      const ids = needed(call.args, 'users', 'users_list_not_supplied').split(',')
      if (ids.length > 8) throw new Refused('too_many_users')
      const people = ids.map((id) => somebody(call, id))
      if (people.some((one) => one.deleted)) throw new Refused('user_disabled')
      if (people.some((one) => one.isBot)) throw new Refused('cannot_dm_bot')
      const [only] = people
      if (people.length === 1 && only) {
        return { channel: { id: directWith(call.workspace, only.id).id } }
      }
      const members = [call.workspace.app.id, ...ids]
      const id = call.workspace.nextId('G')
      return {
        channel: { id: addChannel(call.workspace, { id, name: '', kind: 'mpim', members }).id },
      }
    },
  },
  'conversations.list': {
    scopes: ['channels:read', 'groups:read', 'im:read', 'mpim:read'],
    limit: 20,
    run(call) {
      const kinds = (call.args.types ?? 'public_channel').split(',').map((one) => TYPES[one.trim()])
      if (kinds.includes(undefined)) throw new Refused('invalid_types')
      const seen = [...call.workspace.channels.values()].filter(
        (one) =>
          kinds.includes(one.kind) &&
          (one.kind === 'public' || one.members.has(call.workspace.app.id)) &&
          !(call.args.exclude_archived === 'true' && one.isArchived),
      )
      const { items, next } = page(call.args, seen, 1000)
      return { channels: items.map((one) => shape(call, one)), ...nextCursor(next) }
    },
  },
  'conversations.info': {
    scopes: ['channels:read', 'groups:read', 'im:read', 'mpim:read'],
    limit: 50,
    run: (call) => ({
      channel: shape(call, channelOf(call, needed(call.args, 'channel', 'channel_not_found'))),
    }),
  },
  'conversations.members': {
    scopes: ['channels:read', 'groups:read', 'im:read', 'mpim:read'],
    limit: 100,
    run(call) {
      const channel = channelOf(call, needed(call.args, 'channel', 'channel_not_found'))
      const { items, next } = page(call.args, [...channel.members], 1000)
      return { members: items, ...nextCursor(next) }
    },
  },
  'conversations.invite': {
    scopes: ['channels:manage', 'groups:write', 'channels:write.invites', 'groups:write.invites'],
    limit: 50,
    run(call) {
      const channel = channelOf(call, needed(call.args, 'channel', 'channel_not_found'))
      mustBeIn(call, channel)
      const person = somebody(call, needed(call.args, 'users', 'no_user'))
      if (person.id === call.workspace.app.id) throw new Refused('cant_invite_self')
      if (person.deleted) throw new Refused('user_disabled')
      if (channel.members.has(person.id)) throw new Refused('already_in_channel')
      channel.members.add(person.id)
      call.workspace.ledger.add('channel.invited', person.id, { channel: channel.id })
      return { channel: shape(call, channel) }
    },
  },
  'conversations.kick': {
    scopes: ['channels:manage', 'groups:write'],
    limit: 50,
    run(call) {
      const channel = channelOf(call, needed(call.args, 'channel', 'channel_not_found'))
      mustBeIn(call, channel)
      if (channel.name === 'general') throw new Refused('cant_kick_from_general')
      const person = somebody(call, needed(call.args, 'user', 'user_not_found'))
      if (person.id === call.workspace.app.id) throw new Refused('cant_kick_self')
      if (!channel.members.delete(person.id)) throw new Refused('not_in_channel')
      call.workspace.ledger.add('channel.kicked', person.id, { channel: channel.id })
      return { errors: {} }
    },
  },
  'conversations.history': {
    scopes: ['channels:history', 'groups:history', 'im:history', 'mpim:history'],
    limit: 50,
    run(call) {
      const { args } = call
      const channel = channelOf(call, needed(args, 'channel', 'channel_not_found'))
      if (!channel.members.has(call.workspace.app.id)) throw new Refused('not_in_channel')
      const since = Number(args.oldest ?? 0)
      const until = Number(args.latest ?? Number.POSITIVE_INFINITY)
      const wanted = channel.messages
        .filter(({ ts }) => Number(ts) > since && Number(ts) < until)
        .reverse()
      const { items, next } = page(args, wanted, 999)
      const withMetadata = args.include_all_metadata === 'true'
      const messages = items.map(({ metadata, ...message }) => ({
        type: 'message',
        ...message,
        ...(withMetadata && metadata ? { metadata } : {}),
      }))
      return { messages, has_more: next !== '', ...nextCursor(next) }
    },
  },
}
