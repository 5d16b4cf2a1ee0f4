import { createHmac } from 'node:crypto'
import { createDeliverer, type Deliverer } from '../lib/deliver.ts'
import { type Person, personByEmail, type Workspace } from './state.ts'
import { userOf } from './users.ts'

/** How Slack knocks: events with retries, and slash commands whose answer somebody waits for. */
export interface Door {
  deliverer: Deliverer
  event(event: Record<string, unknown> & { type: string }): void
  command(wish: { user: string; command: string; text: string }): Promise<object>
  verify(): Promise<object>
}

/** `v0=<hex>`: HMAC-SHA256 over `v0:<time>:<body>`. */
export function signature(secret: string, body: string, sentAt: Date): Record<string, string> {
  const time = String(Math.floor(sentAt.getTime() / 1000))
  const hex = createHmac('sha256', secret).update(`v0:${time}:${body}`).digest('hex')
  return { 'x-slack-request-timestamp': time, 'x-slack-signature': `v0=${hex}` }
}

/** Slack tries again at once, after a minute and after five. */
const RETRIES = [1, 60, 300]
const PATIENCE_MS = 3000
const USER_AGENT = 'Slackbot 1.0 (+https://api.slack.com/robots)'

export function createDoor(
  workspace: Workspace,
  { url, secret }: { url: string; secret: string },
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
    answerWithinMs: PATIENCE_MS,
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
        signal: AbortSignal.timeout(PATIENCE_MS),
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
