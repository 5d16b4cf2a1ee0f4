import { identity } from '../../../community/identity.ts'
import type { Held } from './data.ts'

/** The sections of the file, in order, each with what it is. What is not named here comes last, under its own name. */
const sections: Record<string, [title: string, explanation: string]> = {
  member: ['You as a member', 'The row that everything else hangs on.'],
  profile: ['Your profile', 'What you say about yourself, and who may see it.'],
  pictures: ['Your pictures', 'The files in our store.'],
  contacts: ['How to reach you', 'Only you see it.'],
  addresses: ['Your e-mail addresses', 'Where each came from, and when you proved it.'],
  consents: ['What you allowed', 'Every answer you gave, newest first.'],
  membership: ['Your membership', 'What you have, and until when.'],
  times_as_member: ['When you were a member', 'Each time from when until when.'],
  subscriptions: ['Your subscriptions', 'What Stripe collects, or did. Amounts are in cents.'],
  invoices: ['Your invoices', 'Amounts are in cents.'],
  donations: ['Your gifts', 'Amounts are in cents.'],
  refunds_and_disputes: ['Refunds and disputes', 'Payments that went back, or are argued about.'],
  checkouts: ['Your checkouts', 'Payments that you began.'],
  notices: ['What we wrote about payments', 'When one did not go through.'],
  mailchimp: [
    'What Mailchimp holds',
    'Our newsletter is sent by Mailchimp. This is what we left there, and what it told us.',
  ],
  mails: ['Mails to you', 'What we wrote to you, and whether it arrived.'],
  stripe_customers: ['Who you are at Stripe', 'Stripe takes the payments.'],
  differences_with_stripe: ['Where Stripe and we differed', 'What a nightly comparison found.'],
  stripe_messages: [
    'What Stripe told us',
    'Each message as it came. They are emptied after half a year.',
  ],
  saved_and_watched: ['What you saved and watched', 'Of our resources.'],
  resources: ['Resources you made', 'As a leader.'],
  ideas_decided: ['Ideas for events you decided about', 'As a leader.'],
  calendar: ['Your calendar', 'Who sees that you go, and your private address for it.'],
  sign_in: ['Your sign-in', 'There is no password.'],
  ways_to_sign_in: ['Ways to sign in', 'Proved by you.'],
  open_sign_ins: ['Where you are signed in', 'Browsers with a session.'],
  identity_questions: ['Questions about who you are', 'Such as a payment from another address.'],
  log: ['What was done', 'Our log of changes by you and about you, newest first.'],
  jobs: ['What we do for you elsewhere', 'Jobs about you, newest first.'],
}

const style = `body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:1rem/1.55 system-ui,sans-serif;color:#221a26;background:#fffdf8}
h1,h2{font-family:Georgia,serif;font-weight:400}h2{margin-top:2.5rem;border-top:1px solid #d8cfdc;padding-top:1.5rem}
dl{display:grid;grid-template-columns:minmax(8rem,1fr) 3fr;gap:.2rem 1rem;margin:.6rem 0}dt{color:#6b5f70}dd{margin:0;overflow-wrap:anywhere;white-space:pre-wrap}
li{margin:.8rem 0;padding:.2rem 1rem;border-left:3px solid #d8cfdc;list-style:none}ul{padding:0}p{color:#6b5f70}
@media(prefers-color-scheme:dark){body{color:#f3ecf5;background:#1b141e}h2,li{border-color:#4a3d50}dt,p{color:#b9a9c0}}`

const named = (key: string) => {
  const words = key.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const moment = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:?\d\d)$/

/** A plain value in words. */
function plain(value: unknown): string {
  if (value === null || value === '') return '—'
  if (value === true) return 'yes'
  if (value === false) return 'no'
  if (typeof value !== 'string' || !moment.test(value)) return String(value)
  const when = { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' } as const
  return `${new Intl.DateTimeFormat(identity.language, when).format(new Date(value))} UTC`
}

/**
 * Everything held, as a page that stands alone and can be read without us. It is built as a document and
 * then written down by the browser, so that no text of anybody can become markup.
 */
export function readable(held: Held, made: Date): string {
  const page = document.implementation.createHTMLDocument(`What ${identity.name} holds about you`)
  const add = (parent: Element, tag: string, text?: string): Element => {
    const child = page.createElement(tag)
    if (text !== undefined) child.textContent = text
    parent.append(child)
    return child
  }

  function show(value: unknown, place: Element): void {
    if (Array.isArray(value)) {
      if (value.length === 0) add(place, 'p', 'Nothing.')
      else if (value.every((item) => item === null || typeof item !== 'object'))
        place.append(value.map(plain).join(', '))
      else {
        const list = add(place, 'ul')
        for (const item of value) show(item, add(list, 'li'))
      }
    } else if (value !== null && typeof value === 'object') {
      const list = add(place, 'dl')
      for (const [key, inner] of Object.entries(value)) {
        add(list, 'dt', named(key))
        show(inner, add(list, 'dd'))
      }
    } else place.append(plain(value))
  }

  const meta = (attributes: Record<string, string>) => {
    const element = add(page.head, 'meta')
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  }
  meta({ charset: 'utf-8' })
  meta({ name: 'viewport', content: 'width=device-width, initial-scale=1' })
  add(page.body, 'h1', `What ${identity.name} holds about you`)
  add(
    page.body,
    'p',
    `Made on ${plain(made.toISOString())}. All times are UTC. Keep this file to yourself.`,
  )
  const rest = Object.keys(held).filter((key) => !(key in sections) && key !== 'made_at')
  for (const key of [...Object.keys(sections), ...rest]) {
    if (!(key in held)) continue
    const [title, explanation] = sections[key] ?? [named(key), undefined]
    const section = add(page.body, 'section')
    add(section, 'h2', title)
    if (explanation) add(section, 'p', explanation)
    const value = held[key]
    if (value === null) add(section, 'p', 'Nothing.')
    else show(value, section)
  }
  // The style is ours, and joins as text: a page of ours may not hold one, not even in a document that is never shown.
  const head = page.head.outerHTML.replace('</head>', `<style>${style}</style></head>`)
  return `<!doctype html>\n<html lang="${identity.language}">${head}${page.body.outerHTML}</html>\n`
}
