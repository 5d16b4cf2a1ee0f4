import { html, raw } from 'hono/html'
import { css } from '../../stripe/pages/style.ts'
import type { LumaEvent, Status } from '../state.ts'

export type Html = ReturnType<typeof html>

const own = `
main { max-width: 44rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; display: grid; gap: 1rem }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: .875rem; padding: 1.25rem; display: grid; gap: .875rem; box-shadow: var(--shadow) }
.words { white-space: pre-line; overflow-wrap: anywhere } .row { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; justify-content: space-between; border-top: 1px solid var(--line); padding-top: .75rem }
.row form { display: flex; flex-wrap: wrap; gap: .375rem } .row .button { min-height: 2.25rem; padding: .25rem .75rem; font-size: .875rem }`

/** A page of the sandbox for people: guests and hosts. Works without JavaScript. */
export async function pageOf(title: string, body: Html, status = 200): Promise<Response> {
  const text = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${raw(css + own)}</style>
</head>
<body><main>${body}<p class="foot">Luma sandbox: a stand-in on this machine.</p></main></body>
</html>`
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
  }
  return new Response(String(text), { status, headers })
}

export const seeOther = (location: string) =>
  new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store' } })

/** When it is, in its own time zone. */
export const when = ({ startAt, timezone }: LumaEvent) =>
  new Intl.DateTimeFormat('en-GB', {
    dateStyle: 'full',
    timeStyle: 'short',
    timeZone: timezone,
  }).format(new Date(startAt))

const names: Record<Status, string> = {
  approved: 'Going',
  session: 'Going',
  pending_approval: 'Waits for the hosts',
  invited: 'Invited',
  declined: 'Not going',
  waitlist: 'On the waitlist',
}

const looks: Partial<Record<Status, string>> = {
  approved: 'good',
  pending_approval: 'warn',
  waitlist: 'warn',
  declined: 'bad',
}

/** A guest's status in Luma's words. */
export const statusTag = (status: Status) =>
  html`<span class="tag ${looks[status] ?? ''}">${names[status]}</span>`
