import { one, text } from '../../lib/forms.ts'
import { httpsOf } from '../../lib/links.ts'
import type { Field, ProfileTexts, Topic } from './data.ts'

const texts = ['name', 'headline', 'bio', 'location', 'offers', 'seeks'] as const
const fields: Field[] = [
  'headline',
  'bio',
  'location',
  'links',
  'picture',
  'offers',
  'seeks',
  'interests',
]

/** What stands in a form, name by name, as it was typed. */
export type Content = [string, string][]

export const contentOf = (form: HTMLFormElement): Content =>
  [...new FormData(form)].flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value]] : [],
  )

/** Puts back what stood in a form. */
export function putContent(form: HTMLFormElement, content: Content): void {
  const left = new Map<string, string[]>()
  for (const [name, value] of content) left.set(name, [...(left.get(name) ?? []), value])
  for (const element of form.elements) {
    if (
      !(element instanceof HTMLInputElement) &&
      !(element instanceof HTMLTextAreaElement) &&
      !(element instanceof HTMLSelectElement)
    )
      continue
    if (!element.name) continue
    const values = left.get(element.name) ?? []
    if (element.type === 'checkbox' || element.type === 'radio')
      (element as HTMLInputElement).checked = values.includes(element.value)
    else element.value = values.shift() ?? ''
  }
}

/**
 * What was typed, laid over what is stored by now: only fields that differ from what she began with are hers;
 * the others may have been changed elsewhere meanwhile.
 */
export function layOver(began: Content, typed: Content, now: Content): Content {
  const of = (content: Content, wanted: string) => content.filter(([name]) => name === wanted)
  const names = new Set([...typed, ...now].map(([name]) => name))
  return [...names].flatMap((name) => {
    const touched = JSON.stringify(of(began, name)) !== JSON.stringify(of(typed, name))
    return of(touched ? typed : now, name)
  })
}

/** A stored profile as it stands in the form. */
export function contentFor(profile: ProfileTexts): Content {
  const audience = (field: Field) =>
    profile.hidden_fields.includes(field)
      ? 'me'
      : profile.leader_fields.includes(field)
        ? 'leader'
        : 'member'
  return [
    ['visible', profile.is_visible ? 'yes' : 'no'],
    ...texts.map((name): [string, string] => [name, profile[name]]),
    ['linkedin_url', profile.linkedin_url ?? ''],
    ...profile.links.map((link): [string, string] => ['links', link]),
    ...profile.interests.map((topic): [string, string] => ['interests', topic]),
    ...fields.map((field): [string, string] => [`seen-${field}`, audience(field)]),
  ]
}

/** The form as the database takes it. Addresses get their https; the rest is for the database to judge. */
export function profileOf(data: FormData): ProfileTexts {
  const seenBy = (audience: string) =>
    fields.filter((field) => data.get(`seen-${field}`) === audience)
  const [name = '', headline = '', bio = '', location = '', offers = '', seeks = ''] = texts.map(
    (field) => text(data, field),
  )
  return {
    ...{ name, headline, bio, location, offers, seeks },
    linkedin_url: linkedinOf(text(data, 'linkedin_url')),
    links: data
      .getAll('links')
      .map((link) => httpsOf(String(link)))
      .filter(Boolean),
    interests: data.getAll('interests').map(String),
    is_visible: data.get('visible') === 'yes',
    hidden_fields: seenBy('me'),
    leader_fields: seenBy('leader'),
  }
}

/** A LinkedIn address with https and a host in lower case, however it was typed; null for none. */
function linkedinOf(typed: string): string | null {
  const link = httpsOf(typed)
  return link === '' ? null : link.replace(/^https:\/\/[^/]+/i, (host) => host.toLowerCase())
}

/** Offers the topics as boxes to tick. */
export function offerInterests(form: HTMLFormElement, topics: Topic[]): void {
  const items = topics.map(({ topic, name }) => {
    const item = document.createElement('li')
    const label = document.createElement('label')
    const box = document.createElement('input')
    label.className = 'chip'
    Object.assign(box, { type: 'checkbox', name: 'interests', value: topic })
    box.setAttribute('aria-describedby', 'interests-count interests-error')
    label.append(box, name)
    item.append(label)
    return item
  })
  one('[data-interests]', form).replaceChildren(...items)
}

/** Shows as many fields for links as are filled and one more, or as many as asked for. */
export function revealLinks(form: HTMLFormElement, least = 0): void {
  const inputs = [...form.querySelectorAll<HTMLInputElement>('[name=links]')]
  const filled = inputs.findLastIndex((input) => input.value !== '') + 1
  const shown = Math.max(filled + 1, least)
  for (const index of inputs.keys()) one(`[data-link="${index}"]`, form).hidden = index >= shown
  one('#add-link', form).hidden = shown >= inputs.length
}
