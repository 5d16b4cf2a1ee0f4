import { html } from 'hono/html'
import { type CardInput, parseExpiry } from '../cards.ts'

export type Mistakes = Record<string, string>
export type Typed = Record<string, string>

interface Field {
  name: string
  label: string
  type?: 'email' | 'text'
  autocomplete: string
  placeholder?: string
  numeric?: boolean
  readonly?: boolean
  maxlength?: number
}

/** An input with its label, and its mistake tied to it. The first mistake takes the focus. */
export function field(wish: Field, typed: Typed, mistakes: Mistakes) {
  const { name, label } = wish
  const mistake = mistakes[name]
  const first = ORDER.find((key) => mistakes[key]) === name
  return html`<div class="field"><label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="${wish.type ?? 'text'}" value="${typed[name] ?? ''}" autocomplete="${wish.autocomplete}" placeholder="${wish.placeholder ?? ''}" maxlength="${wish.maxlength ?? 200}" ${wish.numeric ? html`inputmode="numeric"` : ''} ${wish.readonly ? 'readonly' : ''} required ${first ? 'autofocus' : ''} aria-invalid="${mistake ? 'true' : 'false'}" ${mistake ? html`aria-describedby="${name}-error"` : ''}>
${mistake ? html`<p class="error" id="${name}-error">${mistake}</p>` : ''}</div>`
}

// From top to bottom, as the fields stand on the page.
const ORDER = ['email', 'number', 'expiry', 'cvc', 'name']

/** Number, expiry and security code, as on every card form. */
export const cardFields = (typed: Typed, mistakes: Mistakes) => html`
${field({ name: 'number', label: 'Card number', autocomplete: 'cc-number', placeholder: '1234 1234 1234 1234', numeric: true, maxlength: 25 }, typed, mistakes)}
<div class="pair">${field({ name: 'expiry', label: 'Expiry', autocomplete: 'cc-exp', placeholder: 'MM / YY', maxlength: 9 }, typed, mistakes)}
${field({ name: 'cvc', label: 'Security code', autocomplete: 'cc-csc', placeholder: 'CVC', numeric: true, maxlength: 4 }, {}, mistakes)}</div>`

/** The card that somebody typed. */
export const cardFrom = (typed: Typed): CardInput => ({
  number: typed.number ?? '',
  ...parseExpiry(typed.expiry ?? ''),
  cvc: typed.cvc ?? '',
})

/** Which numbers may be tried, for a person who came to try the page. */
export const testCards = html`<details><summary>Cards to try</summary><table>
<tr><td class="num">4242 4242 4242 4242</td><td>is accepted</td></tr>
<tr><td class="num">4000 0000 0000 0002</td><td>is declined</td></tr>
<tr><td class="num">4000 0000 0000 0341</td><td>is accepted now and fails at the next renewal</td></tr>
<tr><td class="num">4000 0025 0000 3155</td><td>asks you to confirm</td></tr>
<tr><td class="num">4000 0027 6000 3184</td><td>asks at every renewal, too</td></tr>
</table><p>Any expiry date in the future and any three digits.</p></details>`

/** The fields of a posted form. */
export async function typedIn(request: Request): Promise<Typed> {
  const entries = [...new URLSearchParams(await request.text())]
  return Object.fromEntries(entries.map(([key, value]) => [key, value.slice(0, 1_000)]))
}
