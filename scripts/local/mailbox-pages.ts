import type { Message } from './mailbox.ts'

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const safe = (text: string) => text.replace(/[&<>"]/g, (letter) => escapes[letter] ?? letter)

const style = `
  :root { color-scheme: light dark; --ink: #1d2433; --soft: #5b6472; --paper: #f5f3ee; --card: #fff;
    --line: #dedad1; --accent: #5b3fd6; }
  @media (prefers-color-scheme: dark) { :root { --ink: #eceae5; --soft: #a5abb6; --paper: #16181d;
    --card: #1f232b; --line: #333946; --accent: #a796ff; } }
  * { box-sizing: border-box }
  body { margin: 0; background: var(--paper); color: var(--ink);
    font: 1rem/1.5 system-ui, sans-serif }
  main { max-width: 42rem; margin: 0 auto; padding: 1.5rem 1rem 4rem }
  h1 { font-size: 1.4rem; margin: 0 0 .25rem }
  p { margin: 0 0 1rem; color: var(--soft) }
  a { color: var(--accent) }
  ul { list-style: none; margin: 1.5rem 0 0; padding: 0; display: grid; gap: .75rem }
  .card { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1rem }
  .to { display: flex; flex-wrap: wrap; gap: .25rem 1rem; justify-content: space-between;
    color: var(--soft); font-size: .9rem; overflow-wrap: anywhere }
  .subject { display: block; font-weight: 600; margin: .15rem 0 .5rem; color: inherit; text-decoration: none }
  .act { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center }
  code { font: 600 1.35rem/1 ui-monospace, monospace; letter-spacing: .2em; padding: .45rem .6rem;
    border-radius: .5rem; background: color-mix(in srgb, var(--accent) 12%, transparent) }
  .button { background: var(--accent); color: var(--card); padding: .55rem .9rem;
    border-radius: .5rem; text-decoration: none; font-weight: 600 }
  iframe { width: 100%; height: 34rem; border: 1px solid var(--line); border-radius: .75rem;
    background: #fff; color-scheme: light }
  a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }`

const layout = (title: string, body: string, head = '') => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${safe(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">${head}
<style>${style}</style></head><body><main>${body}</main></body></html>`

const clock = (at: string) => at.slice(11, 19)

const actions = ({ code, link }: Message) => `<div class="act">
  ${code ? `<code>${safe(code)}</code>` : ''}
  ${link ? `<a class="button" href="${safe(link)}">Open the link</a>` : ''}</div>`

/** The list, newest first. It looks again every five seconds. */
export function mailboxPage(messages: Message[], to?: string): string {
  const items = messages.map(
    (message) => `<li class="card">
      <div class="to"><span>To ${safe(message.to)}</span><time datetime="${message.at}">${clock(message.at)} UTC</time></div>
      <a class="subject" href="/message/${message.id}">${safe(message.subject)}</a>
      ${actions(message)}</li>`,
  )
  const whose = to ? ` for ${safe(to)} · <a href="/">all mail</a>` : ''
  const body = messages.length
    ? `<ul>${items.join('')}</ul>`
    : '<ul><li class="card">Nothing yet. Ask for a sign-in code on the site; it appears here.</li></ul>'
  const head = '<meta http-equiv="refresh" content="5">'
  return layout(
    'Mailbox',
    `<h1>Mailbox</h1><p>Mail of the local stack${whose}. Nothing here was really sent.</p>${body}`,
    head,
  )
}

/** One mail, as its reader would see it. */
export function messagePage(message: Message): string {
  return layout(
    message.subject,
    `<p><a href="/">← All mail</a></p><h1>${safe(message.subject)}</h1>
     <p>To ${safe(message.to)}, ${clock(message.at)} UTC</p>${actions(message)}
     <p></p><iframe title="The mail" src="/message/${message.id}/body" sandbox="allow-popups allow-top-navigation-by-user-activation"></iframe>`,
  )
}
