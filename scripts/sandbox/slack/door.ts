import { createHmac } from 'node:crypto'
import { createDeliverer, type Deliverer } from '../lib/deliver.ts'
import { type Person, personByEmail, type Workspace } from './state.ts'
import { userOf } from './users.ts'

/** How Slack knocks: events with retries, and slash commands whose answer somebody waits for. */
export interface Door {
  deliverer: Deliverer
  event(event: Record<string, unknown> & { type: string }): void
  command(wish: { user: string; command: string; text: string }): Promise<object>
  press(wish: Press): Promise<object>
  verify(): Promise<object>
}

/** Somebody presses a button under a message. `value`: what the button is made to carry instead of its own. */
export interface Press {
  user: string
  channel: string
  ts: string
  action: string
  value?: string | undefined
}

/** `v0=<hex>`: HMAC-SHA256 over `v0:<time>:<body>`. */
export function signature(secret: string, body: string, sentAt: Date): Record<string, string> {
  const time = String(Math.floor(sentAt.getTime() / 1000))
  const hex = createHmac('sha256', secret).update(`v0:${time}:${body}`).digest('hex')
  return { 'x-slack-request-timestamp': time, 'x-slack-signature': `v0=${hex}` }
}

/** Slack tries again at once, after a minute and after five. */
const RETRIES = [1, 60, 300]
/** Milliseconds that Slack waits for the answer to an event, a command or a press. */
const PATIENCE_MS = 3000
const USER_AGENT = 'Slackbot 1.0 (+https://api.slack.com/robots)'

export function createDoor(
  workspace: Workspace,
  { url, secret }: { url: string; secret: string },
  patienceMs = PATIENCE_MS,
): Door {
  const { clock, ledger, team } = workspace
  const deliverer = createDeliverer({
    url: `${url}/events`,
    sign: (body, sentAt) => signature(secret, body, sentAt),
    forge: (to, headers) => ({
      url: to,
      headers: { ...headers, 'x-slack-signature': `v0=${'0'.repeat(64)}` },
    }),
    ledger,
    clock,
    retrySeconds: RETRIES,
    answerWithinMs: patienceMs,
    userAgent: USER_AGENT,
  })

  async function ask(path: string, body: string, contentType: string): Promise<object> {
    const began = performance.now()
    try {
      const response = await fetch(`${url}${path}`, {
        method: 'POST',
        body,
        headers: {
          'content-type': contentType,
          'user-agent': USER_AGENT,
          ...signature(secret, body, new Date()),
        },
        signal: AbortSignal.timeout(patienceMs),
      })
      const words = await response.text()
      const ms = Math.round(performance.now() - began)
      return { status: response.status, ms, body: json(words) }
    } catch {
      return { status: 0, error: 'operation_timeout' }
    }
  }

  return {
    deliverer,
    event(event) {
      const id = workspace.nextId('Ev')
      const body = JSON.stringify({
        token: 'unused',
        team_id: team.id,
        api_app_id: 'A0COMMONS',
        event: { ...event, event_ts: workspace.nextTs() },
        type: 'event_callback',
        event_id: id,
        event_time: workspace.seconds(),
      })
      let tries = 0
      const sign = (bytes: string, sentAt: Date) => {
        tries += 1
        const again: Record<string, string> =
          tries > 1
            ? { 'x-slack-retry-num': String(tries - 1), 'x-slack-retry-reason': 'http_error' }
            : {}
        return { ...signature(secret, bytes, sentAt), ...again }
      }
      deliverer.send({ id, body, sign, detail: { type: event.type } })
    },
    command({ user, command, text }) {
      const person = workspace.people.get(user) ?? personByEmail(workspace, user)
      const form = new URLSearchParams({
        token: 'unused',
        team_id: team.id,
        team_domain: team.domain,
        channel_id: 'C0GENERAL',
        channel_name: 'general',
        user_id: person?.id ?? user,
        user_name: person?.name ?? 'someone',
        command,
        text,
        api_app_id: 'A0COMMONS',
        response_url: 'https://hooks.slack.com/commands/unused',
        trigger_id: workspace.nextId('Tr'),
      })
      return ask('/commands', form.toString(), 'application/x-www-form-urlencoded')
    },
    press({ user, channel, ts, action, value }) {
      const person = workspace.people.get(user) ?? personByEmail(workspace, user)
      const found = workspace.channels.get(channel)?.messages.find((one) => one.ts === ts)
      const button = buttonsOf(found?.blocks).find((one) => one.action_id === action)
      const payload = {
        type: 'block_actions',
        user: { id: person?.id ?? user, username: person?.name ?? 'someone', team_id: team.id },
        api_app_id: 'A0COMMONS',
        token: 'unused',
        container: { type: 'message', message_ts: ts, channel_id: channel, is_ephemeral: false },
        trigger_id: workspace.nextId('Tr'),
        team: { id: team.id, domain: team.domain },
        channel: { id: channel, name: workspace.channels.get(channel)?.name ?? '' },
        message: found ?? null,
        response_url: 'https://hooks.slack.com/actions/unused',
        actions: [
          {
            type: 'button',
            block_id: 'b0',
            action_id: action,
            value: value ?? button?.value,
            action_ts: workspace.nextTs(),
          },
        ],
      }
      const form = new URLSearchParams({ payload: JSON.stringify(payload) })
      return ask('/interactions', form.toString(), 'application/x-www-form-urlencoded')
    },
    verify: () =>
      ask(
        '/events',
        JSON.stringify({
          token: 'unused',
          challenge: 'sandbox-challenge',
          type: 'url_verification',
        }),
        'application/json',
      ),
  }
}

interface Button {
  action_id: string
  label: string
  value: string
}

/** The buttons of a message that tell us when they are pressed. Those that lead to a page are left out. */
export function buttonsOf(blocks: unknown[] = []): Button[] {
  const rows = blocks as { elements?: Record<string, unknown>[] }[]
  return rows
    .flatMap((row) => row.elements ?? [])
    .filter((one) => one.type === 'button' && typeof one.value === 'string' && !one.url)
    .map((one) => ({
      action_id: String(one.action_id),
      label: (one.text as { text: string }).text,
      value: String(one.value),
    }))
}

function json(words: string): unknown {
  try {
    return JSON.parse(words)
  } catch {
    return words
  }
}

/** Sends what changed about a person. */
export const announcer = (workspace: Workspace, door: Door) => (type: string, person: Person) =>
  door.event({ type, user: userOf(person, workspace.team.id, true) })
