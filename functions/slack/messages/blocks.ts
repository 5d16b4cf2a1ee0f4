import { inert, line, MOST, plain } from './words.ts'

/** A message as Slack takes it: blocks, and the text that stands in notifications and wherever blocks do not show. */
export interface SlackWords {
  text: string
  blocks: object[]
}

/** What a template may use besides its own data. */
export interface Surroundings {
  /** Where the member site is. */
  siteUrl: string
  /** The name of the member to whom it goes; empty when she gave none, and for channels. */
  name: string
}

export type Template = (data: unknown, around: Surroundings) => SlackWords

type Block = object | undefined

/** The headline. Every text here is plain_text: Slack reads no mention, link or emphasis in it. */
export const header = (text: string): Block => {
  const words = line(text, MOST.header)
  return words
    ? { type: 'header', text: { type: 'plain_text', text: words, emoji: false } }
    : undefined
}

/** A paragraph; nothing for no words. */
export const paragraph = (text: string, most: number = MOST.section): Block => {
  const words = plain(text, most)
  return words
    ? { type: 'section', text: { type: 'plain_text', text: words, emoji: false } }
    : undefined
}

/** Small print. */
export const small = (text: string, most: number = MOST.section): Block => {
  const words = plain(text, most)
  return words
    ? { type: 'context', elements: [{ type: 'plain_text', text: words, emoji: false }] }
    : undefined
}

/** A way to go on. `to` is a page of the site, or an address that is known to be https; anything else is left out. */
export interface Way {
  label: string
  to: string | null | undefined
}

/** One row of buttons with those ways that lead somewhere. */
export const ways = (siteUrl: string, ...offered: Way[]): Block => {
  const elements = offered.flatMap(({ label, to }, place) => {
    const url = addressOf(siteUrl, to)
    if (!url) return []
    const text = { type: 'plain_text', text: line(label, MOST.button), emoji: false }
    return [{ type: 'button', action_id: `way_${place}`, text, url }]
  })
  return elements.length ? { type: 'actions', elements } : undefined
}

/** The whole message. `said` is the fallback: one sentence that holds without the blocks. */
export const message = (said: string, ...blocks: Block[]): SlackWords => ({
  text: inert(said),
  blocks: blocks.filter((block) => block !== undefined),
})

/** A page of the site, by its path, or an https address; undefined for what leads nowhere good. */
export function addressOf(siteUrl: string, to: string | null | undefined): string | undefined {
  if (!to || !URL.canParse(to, siteUrl)) return undefined
  const url = new URL(to, siteUrl)
  const isOurs = url.origin === new URL(siteUrl).origin
  const isPlain = !url.username && !url.password && url.href.length <= MOST.url
  return isPlain && (isOurs || url.protocol === 'https:') ? url.href : undefined
}
