import { one } from '../../lib/forms.ts'
import { sentence } from '../../lib/problem.ts'
import { say } from '../../lib/toast.ts'
import { type Idea, settleIdea } from './data.ts'
import { count, moment, zoneWord } from './words.ts'

/** Shows the ideas that wait, above the events; nothing at all when there is none. */
export function showIdeas(ideas: Idea[]): void {
  one('[data-ideas]').hidden = ideas.length === 0
  one('[data-ideas-count]').textContent = count(ideas.length, 'idea')
  one('[data-idea-list]').replaceChildren(...ideas.map(row))
}

function row(idea: Idea): DocumentFragment {
  const part = one<HTMLTemplateElement>('#idea').content.cloneNode(true) as DocumentFragment
  const item = one('li', part)
  const put = (name: string, words: string) => {
    const place = one(`[data-idea-${name}]`, part)
    place.textContent = words
    place.hidden = words === ''
  }
  put('title', idea.title)
  put('when', `${moment(idea.starts_at, idea.time_zone)}, ${zoneWord(idea.time_zone)}`)
  put('why', idea.why)
  put(
    'more',
    [`Proposed by ${idea.proposed_by}`, idea.region, idea.category].filter(Boolean).join(' · '),
  )
  const use = one<HTMLAnchorElement>('[data-idea-use]', part)
  use.href = `/lead/events/edit/?idea=${idea.id}`
  use.ariaLabel = `Use: ${idea.title}`
  const dismiss = one<HTMLButtonElement>('[data-idea-dismiss]', part)
  dismiss.ariaLabel = `Dismiss: ${idea.title}`
  dismiss.addEventListener('click', () => void drop(idea, item, dismiss))
  return part
}

async function drop(idea: Idea, item: HTMLElement, button: HTMLButtonElement): Promise<void> {
  if (button.ariaBusy === 'true') return
  button.ariaBusy = 'true'
  try {
    await settleIdea(idea.id)
  } catch (error) {
    one('[data-error]', item).textContent = sentence(error)
    return
  } finally {
    button.ariaBusy = 'false'
  }
  const next = (item.nextElementSibling ?? item.previousElementSibling) as HTMLElement | null
  item.remove()
  const left = one('[data-idea-list]').childElementCount
  one('[data-ideas-count]').textContent = count(left, 'idea')
  one('[data-ideas]').hidden = left === 0
  // The keyboard stays near to where it was.
  const focus =
    next?.querySelector<HTMLElement>('[data-idea-dismiss]') ??
    one('[data-show][aria-pressed="true"]')
  focus.focus()
  say('Dismissed.')
}
