import { type KnownBlock, LogLevel, WebClient } from '@slack/web-api'
import { z } from 'zod'
import { type Env, optional, required } from '../env.ts'
import { isSaid, slackFailure } from './slack_errors.ts'
import {
  channel,
  conversation,
  history,
  metadata,
  people,
  person,
  type SlackChannel,
  type SlackPerson,
} from './slack_shapes.ts'

export type { SlackChannel, SlackPerson } from './slack_shapes.ts'

export interface Page<T> {
  items: T[]
  /** Empty at the end. */
  next: string
}

export interface SlackPost {
  /** The id of a channel or of a direct conversation. */
  channel: string
  /** What notifications show, and screens that cannot show blocks. Its `&`, `<` and `>` are escaped already. */
  text: string
  blocks?: readonly object[]
  /** Our own name of the message; findPost finds it by that. */
  key: string
}

/** Slack in the few words that we use. Every verb throws ProviderError, ends within 10 seconds, and never retries. */
export interface SlackClient {
  /** One page of everybody in the workspace, at most 200; a page may be short. An empty cursor asks for the first. */
  people(cursor: string): Promise<Page<SlackPerson>>
  /** Who has this primary address; null when nobody has whom Slack would show. */
  personByEmail(email: string): Promise<SlackPerson | null>
  /** A person by her Slack id; null when the workspace does not know it. */
  personById(userId: string): Promise<SlackPerson | null>
  /** Whose workspace this is. Also what tells whether the token works. */
  workspace(): Promise<{ id: string; url: string; name: string }>
  /** The direct conversation with a person. */
  directWith(userId: string): Promise<string>
  /** Posts a message, once a call: Slack knows no idempotency key. Returns its name there. */
  post(message: SlackPost): Promise<{ channel: string; ts: string }>
  /** Says something else where a message of ours stands. False when it stands there no more. */
  update(message: SlackPost & { ts: string }): Promise<boolean>
  /** Says something in a channel that one person alone sees. */
  whisper(userId: string, message: Omit<SlackPost, 'key'>): Promise<void>
  /** Looks a message up by our name of it, among those since `since`; null when it is not there. */
  findPost(conversationId: string, key: string, since: Date): Promise<string | null>
  permalink(conversationId: string, ts: string): Promise<string>
  /** One page of the channels that the app may see. */
  channels(cursor: string): Promise<Page<SlackChannel>>
  /** One page of the ids of who is in a channel. */
  membersOf(channelId: string, cursor: string): Promise<Page<string>>
  /** Brings a person into a channel. False when she was there already. */
  addToChannel(channelId: string, userId: string): Promise<boolean>
  /** Takes a person out of a channel. False when she was not there. */
  removeFromChannel(channelId: string, userId: string): Promise<boolean>
  /** Whether there is a token that may invite to the workspace. */
  canInvite(): boolean
  /** Sends Slack's own invitation to the workspace. 'there': she is in it, or was invited before. */
  inviteToWorkspace(email: string, teamId: string, channelIds: string[]): Promise<'sent' | 'there'>
}

const TIMEOUT_MS = 10_000
/** As many as Slack recommends at most. */
export const PAGE = 200
/** How many pages of a conversation are read in search of one message. */
const PAGES_BACK = 3
/** What our messages are marked with, to be found again. */
const EVENT_TYPE = 'commons_message'

// The SDK writes to the console by itself, addresses and texts included.
const silent = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  setLevel: () => {},
  getLevel: () => LogLevel.ERROR,
  setName: () => {},
}

/** Connects the official SDK. SLACK_API_BASE points elsewhere than https://slack.com/api/, for tests and the sandbox. */
export function createSlack(
  env: Env,
  now: () => Date = () => new Date(),
  timeoutMs = TIMEOUT_MS,
  send: typeof fetch = fetch,
): SlackClient {
  const base = optional(env, 'SLACK_API_BASE') ?? 'https://slack.com/api/'
  const connect = (token: string) =>
    new WebClient(token, {
      slackApiUrl: base,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      timeout: timeoutMs,
      fetch: (url, init) => send(url, init as RequestInit),
      logger: silent,
    })
  const api = connect(required(env, 'SLACK_BOT_TOKEN'))
  const adminToken = optional(env, 'SLACK_ADMIN_TOKEN')

  async function call<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw slackFailure(error, now())
    }
  }
  /** The same, where some of Slack's refusals are answers. */
  async function ask<T>(work: () => Promise<T>, answer: T, ...codes: string[]): Promise<T> {
    try {
      return await call(work)
    } catch (error) {
      if (isSaid(error, ...codes)) return answer
      throw error
    }
  }
  const at = (cursor: string) => (cursor ? { cursor } : {})

  return {
    people: (cursor) =>
      call(async () => {
        const said = z
          .object({ members: people, response_metadata: metadata })
          .parse(await api.users.list({ limit: PAGE, ...at(cursor) }))
        return { items: said.members, next: said.response_metadata }
      }),
    personByEmail: (email) =>
      ask<SlackPerson | null>(
        async () => {
          const found = person.parse((await api.users.lookupByEmail({ email })).user)
          // Whom Slack finds by an address has it, whether or not it says so again.
          return { ...found, email: found.email ?? email }
        },
        null,
        'users_not_found',
      ),
    personById: (userId) =>
      ask<SlackPerson | null>(
        async () => person.parse((await api.users.info({ user: userId })).user),
        null,
        'user_not_found',
        'user_not_visible',
      ),
    workspace: () =>
      call(async () => {
        const said = z
          .object({ team_id: z.string(), url: z.string(), team: z.string() })
          .parse(await api.auth.test())
        return { id: said.team_id, url: said.url, name: said.team }
      }),
    directWith: (userId) =>
      call(
        async () => conversation.parse(await api.conversations.open({ users: userId })).channel.id,
      ),
    post: ({ channel: to, text, blocks, key }) =>
      call(async () => {
        const said = await api.apiCall('chat.postMessage', {
          channel: to,
          text,
          ...(blocks ? { blocks } : {}),
          unfurl_links: false,
          unfurl_media: false,
          metadata: { event_type: EVENT_TYPE, event_payload: { key } },
        })
        return z.object({ channel: z.string(), ts: z.string() }).parse(said)
      }),
    update: ({ channel: where, ts, text, blocks, key }) =>
      ask(
        async () => {
          await api.apiCall('chat.update', {
            channel: where,
            ts,
            text,
            blocks: blocks ?? [],
            metadata: { event_type: EVENT_TYPE, event_payload: { key } },
          })
          return true
        },
        false,
        'message_not_found',
      ),
    whisper: (userId, { channel: where, text, blocks }) =>
      call(async () => {
        await api.chat.postEphemeral({
          channel: where,
          user: userId,
          text,
          blocks: [...(blocks ?? [])] as KnownBlock[],
        })
      }),
    findPost: (conversationId, key, since) =>
      call(async () => {
        let cursor = ''
        for (let page = 0; page < PAGES_BACK; page++) {
          const said = history.parse(
            await api.conversations.history({
              channel: conversationId,
              include_all_metadata: true,
              oldest: String(since.getTime() / 1000),
              limit: PAGE,
              ...at(cursor),
            }),
          )
          const found = said.messages.find(
            (one) =>
              one.metadata?.event_type === EVENT_TYPE && one.metadata.event_payload.key === key,
          )
          if (found) return found.ts
          cursor = said.response_metadata
          if (!cursor) break
        }
        return null
      }),
    permalink: (conversationId, ts) =>
      call(
        async () =>
          z
            .object({ permalink: z.string() })
            .parse(await api.chat.getPermalink({ channel: conversationId, message_ts: ts }))
            .permalink,
      ),
    channels: (cursor) =>
      call(async () => {
        const said = z.object({ channels: z.array(channel), response_metadata: metadata }).parse(
          await api.conversations.list({
            limit: PAGE,
            exclude_archived: true,
            types: 'public_channel,private_channel',
            ...at(cursor),
          }),
        )
        return { items: said.channels, next: said.response_metadata }
      }),
    membersOf: (channelId, cursor) =>
      call(async () => {
        const said = z
          .object({ members: z.array(z.string()), response_metadata: metadata })
          .parse(
            await api.conversations.members({ channel: channelId, limit: PAGE, ...at(cursor) }),
          )
        return { items: said.members, next: said.response_metadata }
      }),
    addToChannel: (channelId, userId) =>
      ask(
        async () => {
          await api.conversations.invite({ channel: channelId, users: userId })
          return true
        },
        false,
        'already_in_channel',
      ),
    removeFromChannel: (channelId, userId) =>
      ask(
        async () => {
          await api.conversations.kick({ channel: channelId, user: userId })
          return true
        },
        false,
        'not_in_channel',
        'user_not_in_channel',
      ),
    canInvite: () => adminToken !== undefined,
    inviteToWorkspace: (email, teamId, channelIds) =>
      ask<'sent' | 'there'>(
        async () => {
          await connect(required(env, 'SLACK_ADMIN_TOKEN')).apiCall('admin.users.invite', {
            team_id: teamId,
            email,
            channel_ids: channelIds.join(','),
            resend: false,
          })
          return 'sent'
        },
        'there',
        'already_in_team',
        'already_in_team_invited_user',
        'already_invited',
      ),
  }
}
