import { one } from '../../lib/forms.ts'
import { sentence } from '../../lib/problem.ts'
import type { TopicNames } from './card.ts'
import { type Eyes, readPreview } from './data.ts'
import { fillPerson } from './person_view.ts'

/** What to say when somebody sees nothing of one. listed: whether she says that she may be found. */
function nothingWords(eyes: Eyes, listed: boolean): string {
  if (eyes === 'visitor')
    return 'Visitors see nothing of you, and search engines neither. The directory is for members only.'
  if (!listed) return 'Nobody sees you: you said that you do not want to be found now.'
  return 'While you have no membership, nobody sees you. Everything you wrote is kept.'
}

/** “See it as …” on the profile: asks the database what it would show, so that nothing here can be wrong about it. */
export function startPreview(root: HTMLElement) {
  let names: TopicNames = new Map()
  let listed = false
  let seen = false
  let latest = 0
  const person = one('[data-person]', root)
  const nothing = one('[data-nothing]', root)

  async function look(): Promise<void> {
    const chosen = root.querySelector<HTMLInputElement>('[name=eyes]:checked')
    const eyes = (chosen?.value ?? 'member') as Eyes
    const mine = ++latest
    root.ariaBusy = 'true'
    try {
      const page = await readPreview(eyes)
      if (mine !== latest) return
      if (page) fillPerson(person, page, names)
      nothing.textContent = page ? '' : nothingWords(eyes, listed)
      person.hidden = !page
      one('[data-shown]', root).textContent = page ? 'This is what they see.' : ''
    } catch (error) {
      if (mine !== latest) return
      person.hidden = true
      nothing.textContent = sentence(error)
    }
    one('[data-waiting]', root).hidden = true
    root.ariaBusy = 'false'
  }

  for (const choice of root.querySelectorAll('[name=eyes]'))
    choice.addEventListener('change', () => void look())
  // Nobody pays for a look that she does not take.
  const watch = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return
      watch.disconnect()
      seen = true
      void look()
    },
    { rootMargin: '200px' },
  )

  return {
    /** Tells what is stored now; looks again when one has looked before. */
    refresh(stored: { listed: boolean; names?: TopicNames }): void {
      listed = stored.listed
      names = stored.names ?? names
      if (seen) void look()
      else watch.observe(root)
    },
  }
}
