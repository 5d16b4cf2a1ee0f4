import { one, onSubmit, text } from '../../lib/forms.ts'
import { Problem } from '../../lib/problem.ts'
import { type ProfileTexts, saveProfile } from './data.ts'

const fields = ['name', 'headline', 'bio', 'location', 'linkedin_url'] as const

/** The answer about visibility, or undefined when none was given. */
export function answerOf(data: FormData): boolean | undefined {
  const answer = data.get('visible')
  return answer === null ? undefined : answer === 'yes'
}

/** A LinkedIn address as the database takes it, however it was typed; null for none. Throws a Problem. */
export function linkedinOf(typed: string): string | null {
  if (!typed) return null
  const full = `https://${typed.replace(/^https?:\/\//i, '')}`
  if (!/^https:\/\/([a-z]{2,3}\.)?linkedin\.com\/[^\s<>"]+$/i.test(full)) {
    throw new Problem('This is not a LinkedIn page', {
      field: 'linkedin_url',
      remedy: 'Write it like linkedin.com/in/your-name.',
    })
  }
  return full.replace(/^https:\/\/[^/]+/i, (host) => host.toLowerCase())
}

/** Puts a stored profile into the form. */
export function fillProfile(profile: ProfileTexts): void {
  const form = one<HTMLFormElement>('#profile')
  for (const name of fields)
    one<HTMLInputElement>(`[name=${name}]`, form).value = profile[name] ?? ''
  one<HTMLInputElement>(
    `[name=visible][value=${profile.is_visible ? 'yes' : 'no'}]`,
    form,
  ).checked = true
}

/** Saves the profile form for the member that whose() names. */
export function startProfile(whose: () => string | undefined): void {
  onSubmit(one<HTMLFormElement>('#profile'), async (data) => {
    const member = whose()
    if (!member) throw new Error('no member is loaded')
    const visible = answerOf(data) === true
    await saveProfile(member, {
      name: text(data, 'name'),
      headline: text(data, 'headline'),
      bio: text(data, 'bio'),
      location: text(data, 'location'),
      linkedin_url: linkedinOf(text(data, 'linkedin_url')),
      is_visible: visible,
    })
    return visible ? 'Saved. Other members can find you.' : 'Saved. Nobody but you sees it.'
  })
}
