import { createClient } from '@supabase/supabase-js'
import type { Stack } from '../local/stack.ts'
import { until } from './say.ts'

interface Entry {
  effect: string
  id?: string
  detail?: Record<string, unknown>
}

/** What the walk does and looks at, over HTTP as people and providers do, and by SQL as an admin does. */
export function createWorld(stack: Stack, lines: readonly string[] = []) {
  const { urls, keys, sql } = stack

  async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    const text = await response.text()
    return { status: response.status, body: text ? JSON.parse(text) : undefined }
  }

  const ledger = async (url: string, effect: string): Promise<Entry[]> =>
    (await (await fetch(`${url}/_sandbox/ledger?effect=${effect}`)).json()).entries

  return {
    sql,
    urls,
    /** What the functions have logged so far. */
    lines,
    post,
    /** Opens a door of ours as a browser does. */
    door: (path: string, body: unknown, token?: string) =>
      post(`${urls.functions}${path}`, body, {
        apikey: keys.publishable,
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      }),
    /** Does something on one of Stripe's pages. */
    stripe: (action: string, body: unknown) =>
      post(`${urls.stripe}/_sandbox/stripe/${action}`, body),
    /** Asks Stripe's API for an object, such as `subscriptions/sub_ada`. */
    async stripeHas(object: string) {
      const headers = { authorization: `Bearer ${stack.env.STRIPE_SECRET_KEY}` }
      const response = await fetch(`${urls.stripe}/v1/${object}`, { headers })
      if (!response.ok) throw new Error(`Stripe answered ${response.status} for ${object}`)
      return response.json()
    },
    /** Does something that people do at Luma, or in Slack. */
    luma: (action: string, body: unknown) => post(`${urls.luma}/_sandbox/luma/${action}`, body),
    slack: (action: string, body: unknown) => post(`${urls.slack}/_sandbox/slack/${action}`, body),
    /** The events of our calendar at Luma. */
    async atLuma(): Promise<Record<string, unknown>[]> {
      return (await (await fetch(`${urls.luma}/_sandbox/luma/events`)).json()).events
    },
    /** How Luma has a guest of an event, by what it last said of her. */
    async lumaSays(event: string, email: string): Promise<string | undefined> {
      const headers = { 'x-luma-api-key': stack.env.LUMA_API_KEY ?? '' }
      const query = new URLSearchParams({ event_id: event, id: email })
      const answer = await fetch(`${urls.luma}/v1/events/guests/get?${query}`, { headers })
      return (await answer.json()).approval_status
    },
    /** The mails that Resend took for an address, newest first. */
    async mails(to: string): Promise<{ subject: string; text: string; delivered: boolean }[]> {
      const answer = await fetch(
        `${urls.resend}/_sandbox/resend/emails?to=${encodeURIComponent(to)}`,
      )
      const { emails } = (await answer.json()) as {
        emails: { subject: string; text: string; events: { type: string }[] }[]
      }
      return emails.map(({ subject, text, events }) => ({
        subject,
        text,
        delivered: events.some(({ type }) => type === 'delivered'),
      }))
    },
    /** What was posted to somebody in Slack. */
    async posted(email: string): Promise<Entry[]> {
      const { people } = await (await fetch(`${urls.slack}/_sandbox/slack/state`)).json()
      const person = (people as { id: string; email: string }[]).find((one) => one.email === email)
      const entries = await ledger(urls.slack, 'message.posted')
      return entries.filter(({ detail }) =>
        (detail?.to as string[] | undefined)?.includes(person?.id ?? ''),
      )
    },
    faults: (url: string, fault: unknown) => post(`${url}/_sandbox/faults`, fault),
    mend: (url: string) => fetch(`${url}/_sandbox/faults`, { method: 'DELETE' }),
    /** The row that admins see of a person. */
    async member(email: string) {
      const [row] = await sql`select * from admin.members where email = ${email}`
      return row
    },
    async event(id: string) {
      const [row] = await sql`select state, note from private.stripe_events where event_id = ${id}`
      return row
    },
    /** The tags that Mailchimp holds of an address, as it last changed them. */
    async tags(email: string): Promise<string[]> {
      const entries = await ledger(urls.mailchimp, 'tags.changed')
      const last = entries.findLast((entry) => entry.detail?.email === email)
      return ((last?.detail?.tags as string[]) ?? []).toSorted()
    },
    async welcomes(email: string): Promise<number> {
      const entries = await ledger(urls.mailchimp, 'journey.started')
      return entries.filter((entry) => entry.detail?.email === email).length
    },
    /** Signs in with the six-digit code from the mailbox. */
    async signIn(email: string) {
      const client = createClient(urls.api, keys.publishable, { auth: { persistSession: false } })
      const asked = await client.auth.signInWithOtp({ email })
      if (asked.error) throw asked.error
      const code = await until(`a mail to ${email}`, async () => {
        const answer = await fetch(`${urls.mailbox}/api/messages?to=${encodeURIComponent(email)}`)
        const messages = (await answer.json()) as { code?: string }[]
        return messages.find(({ code }) => code)?.code
      })
      const { data, error } = await client.auth.verifyOtp({ email, token: code, type: 'email' })
      if (error || !data.session) throw error ?? new Error('No session')
      return { client, token: data.session.access_token }
    },
  }
}

export type World = ReturnType<typeof createWorld>
