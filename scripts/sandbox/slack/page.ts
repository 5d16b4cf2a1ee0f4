import { html } from 'hono/html'
import { layout, ledgerSection } from '../lib/page.ts'
import { buttonsOf } from './door.ts'
import type { Channel, Message, Person, Workspace } from './state.ts'

const NEWEST = 200

/** What Slack shows of escaped text: the signs themselves, and never a mention or a link that was escaped. */
export const shown = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

/** All the text of a message's blocks, in order; the plain text where there are none. */
export function wordsOf({ text, blocks }: Message): string[] {
  const found: string[] = []
  const visit = (value: unknown) => {
    if (Array.isArray(value)) for (const one of value) visit(one)
    else if (typeof value === 'object' && value !== null) {
      const { text: inner, ...rest } = value as { text?: unknown }
      if (typeof inner === 'string') found.push(shown(inner))
      else visit(inner)
      for (const one of Object.values(rest)) if (typeof one === 'object') visit(one)
    }
  }
  visit(blocks)
  return found.length ? found : [shown(text)]
}

const standing = (person: Person) =>
  person.deleted
    ? 'deactivated'
    : person.isInvited
      ? 'invited'
      : person.isRestricted
        ? 'guest'
        : person.isBot
          ? 'bot'
          : 'active'

/** The workspace as a web page: its people, its channels, and what was said there. */
export async function workspacePage(workspace: Workspace): Promise<string> {
  const people = [...workspace.people.values()]
  const rows = people.slice(0, NEWEST).map(
    (one) => html`<tr>
<td data-label="Person">${one.displayName}<br><span class="soft">${one.email}</span></td>
<td data-label="Standing"><span class="${standing(one) === 'active' ? 'good' : 'soft'}">${standing(one)}</span></td>
<td data-label="Slack id">${one.id}</td></tr>`,
  )
  const channels = [...workspace.channels.values()]
  const body = html`
<section><h2>Join by the share link</h2>${joinForm(workspace)}</section>
<section><h2>Messages</h2>${messages(workspace, channels)}</section>
<section><h2>Channels</h2><table><thead><tr><th>Channel</th><th>Kind</th><th>Members</th></tr></thead><tbody>${channels
    .filter((one) => one.kind !== 'im')
    .map(
      (
        one,
      ) => html`<tr><td data-label="Channel">#${one.name}</td><td data-label="Kind">${one.kind}</td>
<td data-label="Members">${nameAll(workspace, one)}</td></tr>`,
    )}</tbody></table></section>
<section><h2>People</h2><table><thead><tr><th>Person</th><th>Standing</th><th>Slack id</th></tr></thead><tbody>${rows}</tbody></table></section>
${ledgerSection(workspace.ledger)}`
  const subtitle = `${workspace.team.name}: ${people.length} people. A stand-in on this machine.`
  return await layout('Slack sandbox', subtitle, body)
}

function joinForm({ link }: Workspace) {
  if (!link.active || link.usesLeft < 1)
    return html`<p class="bad">This link is no longer active.</p>`
  return html`<p class="soft">Uses left: ${link.usesLeft}</p>
<form method="post" action="/join/zt-sandbox"><label>E-mail <input name="email" type="email" required></label>
<label>Name <input name="name" required></label> <button>Join</button></form>`
}

/** What a share link leads to. */
export const joinPage = (workspace: Workspace): Promise<string> =>
  layout(
    `Join ${workspace.team.name} on Slack`,
    'A stand-in on this machine.',
    html`<section>${joinForm(workspace)}</section>`,
  )

const nameOf = ({ people }: Workspace, id: string) => people.get(id)?.displayName ?? id

const nameAll = (workspace: Workspace, { members }: Channel) =>
  [...members]
    .slice(0, 20)
    .map((id) => nameOf(workspace, id))
    .join(', ') + (members.size > 20 ? ` and ${members.size - 20} more` : '')

function messages(workspace: Workspace, channels: Channel[]) {
  const all = channels
    .flatMap((channel) => channel.messages.map((message) => ({ channel, message })))
    .sort((a, b) => Number(b.message.ts) - Number(a.message.ts))
    .slice(0, NEWEST)
  if (!all.length) return html`<p class="soft">Nothing was said yet.</p>`
  return html`<table><thead><tr><th>When (UTC)</th><th>Where</th><th>What</th></tr></thead><tbody>${all.map(
    ({ channel, message }) => html`<tr>
<td data-label="When"><time>${new Date(Number(message.ts) * 1000).toISOString().slice(0, 19).replace('T', ' ')}</time></td>
<td data-label="Where">${channel.kind === 'im' ? `to ${nameAll(workspace, channel)}` : `#${channel.name}`}</td>
<td data-label="What">${wordsOf(message).map((line) => html`<p style="margin:0;white-space:pre-wrap">${line}</p>`)}
${message.onlyFor ? html`<p class="soft">Only ${nameOf(workspace, message.onlyFor)} sees this.</p>` : ''}${pressForm(workspace, channel, message)}</td></tr>`,
  )}</tbody></table>`
}

/** The buttons of a message, and who presses: anybody who is in its channel. */
function pressForm(workspace: Workspace, channel: Channel, { ts, blocks }: Message) {
  const buttons = buttonsOf(blocks)
  if (!buttons.length) return ''
  const people = [...channel.members].filter((id) => id !== workspace.app.id)
  if (!people.length)
    return html`<p class="soft">Nobody is in this channel who could press a button.</p>`
  return html`<form method="post" action="/press">
<input type="hidden" name="channel" value="${channel.id}"><input type="hidden" name="ts" value="${ts}">
<label>As <select name="user">${people.map((id) => html`<option value="${id}">${nameOf(workspace, id)}</option>`)}</select></label>
${buttons.map((one) => html` <button name="action" value="${one.action_id}">${one.label}</button>`)}</form>`
}
