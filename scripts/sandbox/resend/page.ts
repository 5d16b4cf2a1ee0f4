import { html, raw } from 'hono/html'
import type { Ledger } from '../lib/ledger.ts'
import { layout, ledgerSection } from '../lib/page.ts'
import type { Mail, Post } from './state.ts'

const NEWEST = 100

const css = `
.post { display: grid; grid-template-columns: minmax(14rem, 18rem) 1fr; gap: 1rem; align-items: start }
.inbox { padding: 0; overflow: hidden } .inbox ul { list-style: none; margin: 0; padding: 0; max-height: 44rem; overflow-y: auto }
.inbox a { display: block; padding: .75rem 1rem; color: inherit; text-decoration: none; border-top: 1px solid var(--line) }
.inbox li:first-child a { border-top: 0 } .inbox a:hover { background: var(--ground) }
.inbox a[aria-current] { box-shadow: inset .25rem 0 var(--accent); background: var(--ground) }
.inbox strong, .inbox span { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.letter dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 0 0 1rem } .letter dt { color: var(--soft) } .letter dd { margin: 0; overflow-wrap: anywhere }
.letter iframe { display: block; width: 100%; height: 34rem; border: 1px solid var(--line); border-radius: .5rem; background: #fff }
.letter iframe.phone { width: 375px; max-width: 100%; margin: 0 auto }
.letter pre { margin: 0; padding: 1rem; background: var(--ground); border-radius: .5rem; white-space: pre-wrap; overflow-wrap: anywhere; font: .875rem/1.6 ui-monospace, monospace }
.letter h3 { margin: 1.25rem 0 .5rem; font-size: 1rem } .widths a { margin-right: .75rem; color: var(--accent) } .widths a[aria-current] { color: inherit; text-decoration: none }
@media (max-width: 48rem) { .post { grid-template-columns: 1fr } .inbox ul { max-height: 16rem } }`

const good = new Set(['sent', 'delivered'])
const when = (at: string) => at.slice(0, 16).replace('T', ' ')
const mark = (type: string) =>
  html`<span class="tag ${good.has(type) ? 'good' : 'bad'}">${type.replace('_', ' ')}</span>`

/** The mails of the account as a web page: each as it looks, beside its text for mail programs that show no HTML. */
export async function mailPage(
  post: Post,
  ledger: Ledger,
  query: URLSearchParams,
): Promise<string> {
  const to = query.get('to')?.toLowerCase()
  const all = [...post.mails.values()].reverse()
  const mails = (to ? all.filter((mail) => mail.to.includes(to)) : all).slice(0, NEWEST)
  const chosen = mails.find(({ id }) => id === query.get('mail')) ?? mails[0]
  const isPhone = query.get('width') === 'phone'
  const stopped = [...post.suppressions.values()]
  const body = html`<style>${raw(css)}</style>
${
  chosen
    ? html`<div class="post">${inbox(mails, chosen)}${letter(chosen, isPhone)}</div>`
    : html`<section><h2>No mail yet</h2><p class="soft">What Commons sends arrives here instead of at people. Try joining, or a leader's event.</p></section>`
}
${
  stopped.length
    ? html`<section><h2>Suppressed addresses</h2>${stopped.map(({ email, origin }) => html`<span class="tag">${email}: ${origin}</span>`)}</section>`
    : ''
}${ledgerSection(ledger)}`
  const subtitle = `Mails: ${all.length}. None of them left this machine.`
  return await layout('Resend sandbox', subtitle, body)
}

function inbox(mails: Mail[], chosen: Mail) {
  return html`<section class="inbox"><ul>${mails.map(
    (
      mail,
    ) => html`<li><a href="/?mail=${mail.id}"${mail === chosen ? raw(' aria-current="true"') : ''}>
<strong>${mail.subject}</strong><span>${mail.to.join(', ')}</span><span class="soft">${when(mail.createdAt)} ${mail.events.at(-1)?.type.replace('_', ' ') ?? ''}</span></a></li>`,
  )}</ul></section>`
}

function letter(mail: Mail, isPhone: boolean) {
  const one = (width: string, words: string, current: boolean) =>
    html`<a href="/?mail=${mail.id}&amp;width=${width}"${current ? raw(' aria-current="true"') : ''}>${words}</a>`
  const headers = Object.entries(mail.headers)
  return html`<section class="letter"><h2>${mail.subject}</h2>
<dl><dt>From</dt><dd>${mail.from}</dd><dt>To</dt><dd>${mail.to.join(', ')}</dd>
${mail.replyTo.length ? html`<dt>Answers to</dt><dd>${mail.replyTo.join(', ')}</dd>` : ''}
<dt>What happened</dt><dd>${mail.events.map(({ type }) => mark(type))}</dd>
${headers.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}
${mail.key ? html`<dt>Idempotency key</dt><dd>${mail.key}</dd>` : ''}</dl>
<p class="widths">${one('wide', 'Wide', !isPhone)}${one('phone', 'Phone', isPhone)}</p>
<iframe class="${isPhone ? 'phone' : 'wide'}" sandbox="allow-popups allow-popups-to-escape-sandbox" title="The mail as it looks" srcdoc="${`<base target="_blank">${mail.html ?? ''}`}"></iframe>
<h3>As plain text</h3><pre>${mail.text ?? 'It has none.'}</pre></section>`
}
