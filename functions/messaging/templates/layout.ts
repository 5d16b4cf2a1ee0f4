import { community } from '../../_shared/community.ts'
import type { Letter, Part } from './parts.ts'

export interface Mail {
  subject: string
  html: string
  text: string
}

export interface Reader {
  /** Her first name, where we know it. */
  name: string | null
  /** Where mails of this kind are stopped; null for those that she needs. */
  stop: string | null
  /** Where the member site is. */
  siteUrl: string
}

/** The part with a whole address, or null for a button that leads nowhere on the web. */
function whole(part: Part | null, siteUrl: string): Part | null {
  if (part?.kind !== 'button') return part
  const isOurs = /^\/(?![/\\])/.test(part.url)
  if (!isOurs && !/^https?:\/\//i.test(part.url)) return null
  return URL.canParse(part.url, siteUrl) ? { ...part, url: new URL(part.url, siteUrl).href } : null
}

// Invisible characters turn text around, or break a line where a header must have one. Joiners make letters and emoji.
const invisible = /(?![\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu
const clean = (text: string) => text.toWellFormed().replace(/\r\n?/g, '\n').replace(invisible, ' ')
const oneLine = (text: string, most: number) => {
  const line = clean(text).replace(/\s+/g, ' ').trim()
  return line.length > most ? `${line.slice(0, most - 1).trimEnd()}…`.toWellFormed() : line
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (text: string) => clean(text).replace(/[&<>"']/g, (sign) => entities[sign] ?? sign)
const paragraphs = (text: string) =>
  clean(text)
    .split(/\n\s*\n/)
    .map((one) => one.trim())
    .filter(Boolean)

const { light, dark } = community
const colours = (palette: typeof light | typeof dark) =>
  `body,.paper{background:${palette.paper}!important;color:${palette.ink}!important}.card{background:${palette.surface}!important;border-color:${palette.line}!important}.muted,dt{color:${palette.muted}!important}blockquote{border-color:${palette.accent}!important}a{color:${palette.accent}!important}a.button{background:${palette.accent}!important;color:${palette.onAccent}!important}`

const head = (subject: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escaped(subject)}</title>
<style>:root{color-scheme:light dark}@media (prefers-color-scheme:dark){${colours(dark)}}</style>
</head>`

const styles = {
  body: `margin:0;padding:24px 12px;background:${light.paper};color:${light.ink};font:16px/1.6 Figtree,system-ui,-apple-system,'Segoe UI',sans-serif`,
  card: `max-width:560px;margin:0 auto;padding:28px 24px;background:${light.surface};border:1px solid ${light.line};border-radius:16px;overflow-wrap:anywhere`,
  name: `max-width:560px;margin:0 auto 12px;font-size:14px;font-weight:600;color:${light.muted}`,
  title: 'margin:0 0 16px;font:400 26px/1.25 Georgia,serif',
  words: 'margin:0 0 16px',
  quote: `margin:0 0 16px;padding:2px 0 2px 16px;border-left:3px solid ${light.accent}`,
  button: `display:inline-block;margin:4px 0 20px;padding:13px 22px;border-radius:999px;background:${light.accent};color:${light.onAccent};font-weight:600;text-decoration:none`,
  facts: 'margin:0 0 16px',
  label: `font-size:14px;color:${light.muted}`,
  value: 'margin:0 0 8px;font-weight:600',
  foot: `max-width:560px;margin:16px auto 0;font-size:14px;color:${light.muted}`,
}

function htmlOf(part: Part): string {
  switch (part.kind) {
    case 'words':
      return paragraphs(part.text)
        .map((one) => `<p style="${styles.words}">${escaped(one)}</p>`)
        .join('\n')
    case 'quote': {
      const lines = paragraphs(part.text).map(
        (one) => `<p style="${styles.words}">${escaped(one).replaceAll('\n', '<br>')}</p>`,
      )
      const by = part.by
        ? `<p class="muted" style="${styles.label};margin:0">${escaped(oneLine(part.by, 100))}</p>`
        : ''
      return `<blockquote style="${styles.quote}">${lines.join('\n')}${by}</blockquote>`
    }
    case 'facts': {
      const rows = part.facts.map(
        ([label, value]) =>
          `<dt style="${styles.label}">${escaped(label)}</dt><dd style="${styles.value}">${escaped(oneLine(value, 300))}</dd>`,
      )
      return `<dl style="${styles.facts}">${rows.join('\n')}</dl>`
    }
    case 'button':
      return `<p style="margin:0"><a class="button" href="${escaped(part.url)}" style="${styles.button}">${escaped(part.label)}</a></p>`
  }
}

function textOf(part: Part): string {
  switch (part.kind) {
    case 'words':
      return paragraphs(part.text).join('\n\n')
    case 'quote': {
      const lines = paragraphs(part.text).join('\n\n').split('\n')
      const by = part.by ? [oneLine(part.by, 100)] : []
      return [...lines, ...by].map((line) => `> ${line}`.trimEnd()).join('\n')
    }
    case 'facts':
      return part.facts.map(([label, value]) => `${label}: ${oneLine(value, 300)}`).join('\n')
    case 'button':
      return `${part.label}:\n${part.url}`
  }
}

const why =
  'You get this mail because it is about your membership or about something that you asked for.'
const whyOptional = 'You get this mail because you are a member.'
const stopping = 'Stop mails like this one'

/** One mail with its plain-text twin, both from the same parts. Text of people is escaped here and nowhere else. */
export function layOut(letter: Letter, { name, stop, siteUrl }: Reader): Mail {
  const subject = oneLine(letter.subject, 200)
  const title = oneLine(letter.title, 200)
  // Whoever registers an address of somebody else's must not have us greet her with an advertisement.
  const hello = name && /^[\p{L}\p{M}'’-]{1,40}$/u.test(name) ? `Hello ${name},` : 'Hello,'
  const parts = letter.parts.map((part) => whole(part, siteUrl)).filter((part) => part !== null)
  const reason = stop ? whyOptional : why
  const html = `${head(subject)}
<body class="paper" style="${styles.body}">
<p class="muted" style="${styles.name}">${escaped(community.name)}</p>
<main class="card" style="${styles.card}">
<h1 style="${styles.title}">${escaped(title)}</h1>
<p style="${styles.words}">${escaped(hello)}</p>
${parts.map(htmlOf).join('\n')}
</main>
<div class="muted" style="${styles.foot}">
<p style="margin:0 0 8px">${escaped(reason)}${stop ? ` <a href="${escaped(stop)}" style="color:${light.accent}">${stopping}</a>` : ''}</p>
<p style="margin:0">${escaped(community.footer)} ${escaped(community.contact)}</p>
</div>
</body>
</html>
`
  const text = `${[
    title,
    hello,
    ...parts.map(textOf),
    '--',
    `${community.name}\n${reason}${stop ? `\n${stopping}:\n${stop}` : ''}\n${community.footer}\n${community.contact}`,
  ].join('\n\n')}\n`
  return { subject, html, text }
}
