import { one } from '../../lib/forms.ts'
import type { Topic } from './data.ts'

/** Offers the topics as buttons; pressing the pressed one lets go. */
export function offerTopics(
  topics: Topic[],
  chosen: string,
  choose: (interest: string) => void,
): void {
  const buttons = topics.map(({ topic, name }) => {
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'chip'
    button.textContent = name
    button.dataset.topic = topic
    button.ariaPressed = String(topic === chosen)
    button.addEventListener('click', () => choose(button.ariaPressed === 'true' ? '' : topic))
    const item = document.createElement('li')
    item.append(button)
    return item
  })
  one('[data-topics]').replaceChildren(...buttons)
}

/** Shows which topic is chosen. */
export function pressTopic(interest: string): void {
  for (const button of document.querySelectorAll<HTMLElement>('[data-topic]'))
    button.ariaPressed = String(button.dataset.topic === interest)
}
