import { z } from 'zod'
import { channelOf } from './conversations.ts'
import { type Call, type Method, needed, nested, Refused } from './methods.ts'
import { type Channel, directWith } from './state.ts'

const MOST_TEXT = 40_000
const MOST_BLOCKS = 50
const MOST_SECTION = 3000
const MOST_BLOCK_JSON = 13_200

const text = z.object({ type: z.enum(['mrkdwn', 'plain_text']), text: z.string() })
const block = z.looseObject({
  type: z.enum(['section', 'header', 'divider', 'context', 'actions', 'image', 'rich_text']),
  text: text.optional(),
  fields: z.array(text).max(10).optional(),
})
const metadata = z.object({
  event_type: z.string(),
  event_payload: z.record(z.string(), z.unknown()),
})

/** Where a message goes: a channel's id, or a person's, which stands for the direct conversation with her. */
function target(call: Call): Channel {
  const id = needed(call.args, 'channel', 'channel_not_found')
  const person = call.workspace.people.get(id)
  if (!person) return channelOf(call, id)
  if (person.deleted) throw new Refused('user_disabled')
  return directWith(call.workspace, id)
}

function blocksOf(call: Call): unknown[] {
  const given = nested(call.args, 'blocks')
  if (given === undefined) return []
  const parsed = z.array(block).safeParse(given)
  if (!parsed.success) throw new Refused('invalid_blocks')
  if (parsed.data.length > MOST_BLOCKS) throw new Refused('invalid_blocks')
  const said = (one: z.output<typeof block>) => [one.text, ...(one.fields ?? [])]
  for (const one of parsed.data) {
    if (one.type === 'header' && (one.text?.text.length ?? 0) > 150)
      throw new Refused('invalid_blocks')
    if (said(one).some((part) => (part?.text.length ?? 0) > MOST_SECTION)) {
      throw new Refused('invalid_blocks')
    }
    if (one.type === 'section' && !one.text && !one.fields) throw new Refused('invalid_blocks')
  }
  if (JSON.stringify(given).length > MOST_BLOCK_JSON) throw new Refused('msg_blocks_too_long')
  return parsed.data
}

function wordsOf(call: Call): { text: string; blocks: unknown[] } {
  const blocks = blocksOf(call)
  const words = call.args.text ?? ''
  if (!words && !blocks.length) throw new Refused('no_text')
  if (words.length > MOST_TEXT) throw new Refused('msg_too_long')
  return { text: words, blocks }
}

export const chat: Record<string, Method> = {
  'chat.postMessage': {
    scopes: ['chat:write'],
    limit: 'message',
    run(call) {
      const { workspace, args } = call
      const channel = target(call)
      if (channel.isArchived) throw new Refused('is_archived')
      if (!channel.members.has(workspace.app.id)) throw new Refused('not_in_channel')
      const blocks = blocksOf(call)
      const words = args.text ?? ''
      if (!words && !blocks.length) throw new Refused('no_text')
      if (words.length > MOST_TEXT) throw new Refused('msg_too_long')
      const marked = nested(args, 'metadata')
      if (marked !== undefined && !metadata.safeParse(marked).success) {
        throw new Refused('invalid_metadata_format')
      }
      const ts = workspace.nextTs()
      const message = { ts, user: workspace.app.id, text: words, blocks, metadata: marked ?? null }
      channel.messages.push(message)
      workspace.ledger.add('message.posted', ts, {
        channel: channel.id,
        to: [...channel.members].filter((one) => one !== workspace.app.id && channel.kind === 'im'),
        text: words.slice(0, 200),
      })
      return { channel: channel.id, ts, message: { type: 'message', ...message } }
    },
  },
  'chat.update': {
    scopes: ['chat:write'],
    limit: 50,
    run(call) {
      const { workspace, args } = call
      const channel = channelOf(call, needed(args, 'channel', 'channel_not_found'))
      const ts = needed(args, 'ts', 'message_not_found')
      const found = channel.messages.find((one) => one.ts === ts && !one.onlyFor)
      if (!found) throw new Refused('message_not_found')
      if (found.user !== workspace.app.id) throw new Refused('cant_update_message')
      const { text: words, blocks } = wordsOf(call)
      const marked = nested(args, 'metadata')
      Object.assign(found, { text: words, blocks, edited: workspace.nextTs() })
      if (marked !== undefined) found.metadata = marked
      workspace.ledger.add('message.updated', ts, {
        channel: channel.id,
        text: words.slice(0, 200),
      })
      return { channel: channel.id, ts, text: words }
    },
  },
  'chat.postEphemeral': {
    scopes: ['chat:write'],
    limit: 100,
    run(call) {
      const { workspace, args } = call
      const channel = channelOf(call, needed(args, 'channel', 'channel_not_found'))
      if (!channel.members.has(workspace.app.id)) throw new Refused('not_in_channel')
      const onlyFor = needed(args, 'user', 'user_not_in_channel')
      if (!channel.members.has(onlyFor)) throw new Refused('user_not_in_channel')
      const ts = workspace.nextTs()
      const { text: words, blocks } = wordsOf(call)
      const user = workspace.app.id
      channel.messages.push({ ts, user, text: words, blocks, metadata: null, onlyFor })
      workspace.ledger.add('message.whispered', ts, { channel: channel.id, to: onlyFor })
      return { message_ts: ts }
    },
  },
  'chat.getPermalink': {
    scopes: [],
    limit: 100,
    run(call) {
      const channel = channelOf(call, needed(call.args, 'channel', 'channel_not_found'))
      const ts = needed(call.args, 'message_ts', 'message_not_found')
      if (!channel.messages.some((one) => one.ts === ts)) throw new Refused('message_not_found')
      const { domain } = call.workspace.team
      const permalink = `https://${domain}.slack.com/archives/${channel.id}/p${ts.replace('.', '')}`
      return { channel: channel.id, permalink }
    },
  },
}
