import { html, raw } from 'hono/html'
import type { Ledger } from './ledger.ts'

const css = `
:root { color-scheme: light; --ink: #241c15; --soft: #6b6259; --line: #e6e0d8; --paper: #fff; --ground: #f6f3ef; --accent: #8a5a00 }
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
header, main { max-width: 60rem; margin: 0 auto; padding: 1rem }
header h1 { margin: .5rem 0 0; font-size: 1.5rem } header p { margin: .25rem 0 0; color: var(--soft) }
section { background: var(--paper); border: 1px solid var(--line); border-radius: .75rem; padding: 1rem; margin: 0 0 1rem; overflow-x: auto }
h2 { margin: 0 0 .5rem; font-size: 1.1rem }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .5rem .75rem .5rem 0; border-top: 1px solid var(--line); vertical-align: top }
thead th { border: 0; color: var(--soft); font-weight: 500; font-size: .875rem }
.tag { display: inline-block; padding: 0 .5rem; margin: 0 .25rem .25rem 0; border: 1px solid var(--line); border-radius: 1rem; font-size: .875rem; white-space: nowrap }
.good { color: #0b6b3a } .bad { color: #a3161f } .soft { color: var(--soft) } time { white-space: nowrap } td { overflow-wrap: break-word }
.pairs span { display: inline-block; margin-right: .75rem; font-size: .875rem }
@media (max-width: 40rem) {
  table, tbody { display: block } thead { display: none } tr { display: block; padding: .75rem 0; border-top: 1px solid var(--line) } td { display: block; border: 0; padding: .125rem 0; overflow-wrap: anywhere }
  td::before { content: attr(data-label); display: block; color: var(--soft); font-size: .75rem }
}`

/** A page in the sandbox's plain look. `body` is HTML that hono's `html` tag has escaped. */
export async function layout(title: string, subtitle: string, body: unknown): Promise<string> {
  return String(
    await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${raw(css)}</style>
</head>
<body>
<header><h1>${title}</h1><p>${subtitle}</p></header>
<main>${body}</main>
</body>
</html>`,
  )
}

/** The newest entries of a ledger, as one section of a page. */
export function ledgerSection(ledger: Ledger, newest = 50) {
  const entries = ledger.entries().slice(-newest).reverse()
  if (!entries.length) {
    return html`<section><h2>What happened</h2><p class="soft">Nothing yet.</p></section>`
  }
  return html`<section><h2>What happened</h2><table>
<thead><tr><th>When (UTC)</th><th>Effect</th><th>Details</th></tr></thead>
<tbody>${entries.map(
    (
      entry,
    ) => html`<tr><td data-label="When"><time>${entry.at.slice(0, 19).replace('T', ' ')}</time></td>
<td data-label="Effect">${entry.effect}</td>
<td data-label="Details" class="pairs">${pairs(entry.detail)}</td></tr>`,
  )}</tbody></table></section>`
}

/** Details as words: names in grey, lists with commas, what is empty or no left out. */
function pairs(detail: Record<string, unknown> = {}) {
  return Object.entries(detail)
    .filter(
      ([, value]) => value !== false && value !== '' && !(Array.isArray(value) && !value.length),
    )
    .map(([key, value]) => {
      const name = key.replaceAll('_', ' ')
      if (value === true) return html`<span>${name}</span> `
      const text = Array.isArray(value) ? value.join(', ') : value
      const shown = typeof text === 'object' ? JSON.stringify(text) : String(text)
      return html`<span><span class="soft" style="margin:0">${name}</span> ${shown}</span> `
    })
}

/** A page with the ledger and nothing else, for a provider without a page of its own. */
export async function ledgerPage(name: string, ledger: Ledger): Promise<string> {
  return await layout(`${name} sandbox`, 'A stand-in on this machine.', ledgerSection(ledger))
}
