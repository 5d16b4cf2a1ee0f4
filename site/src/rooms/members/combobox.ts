import { one } from '../../lib/forms.ts'

export interface Combobox {
  /** Shows a value as the chosen one. */
  set(value: string): void
}

interface Options {
  suggest(typed: string, signal: AbortSignal): Promise<string[]>
  /** Called with what was chosen, and with '' when the field was emptied. */
  choose(value: string): void
}

const pause = 120 // milliseconds between the last key and the question

/**
 * A text field with suggestions, after the ARIA pattern with automatic selection: the first suggestion is
 * taken by Enter or by leaving the field, arrows go to the others, Escape brings back what was chosen.
 */
export function startCombobox(root: HTMLElement, { suggest, choose }: Options): Combobox {
  const input = one<HTMLInputElement>('[role=combobox]', root)
  const list = one('[role=listbox]', root)
  const said = one('[role=status]', root)
  let chosen = ''
  let options: string[] = []
  let active = -1
  // Whether the suggestions answer what stands in the field.
  let fresh = false
  let asking = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  let answer: Promise<void> = Promise.resolve()

  function close(): void {
    clearTimeout(timer)
    asking.abort()
    options = []
    list.hidden = true
    list.replaceChildren()
    said.textContent = ''
    input.ariaExpanded = 'false'
    input.removeAttribute('aria-activedescendant')
  }

  function mark(index: number): void {
    active = index
    for (const [at, option] of [...list.children].entries())
      option.ariaSelected = String(at === index)
    const id = list.children[index]?.id
    if (id) input.setAttribute('aria-activedescendant', id)
    list.children[index]?.scrollIntoView({ block: 'nearest' })
  }

  function open(found: string[]): void {
    options = found
    fresh = true
    list.replaceChildren(
      ...found.map((text, index) => {
        const option = document.createElement('li')
        option.role = 'option'
        option.id = `${list.id}-${index}`
        option.textContent = text
        return option
      }),
    )
    list.hidden = found.length === 0
    input.ariaExpanded = String(found.length > 0)
    said.textContent = found.length === 1 ? 'One place' : `${found.length || 'No'} places`
    if (found.length > 0) mark(0)
  }

  async function look(typed: string): Promise<void> {
    asking.abort()
    asking = new AbortController()
    const { signal } = asking
    try {
      const found = await suggest(typed, signal)
      if (!signal.aborted) open(found)
    } catch {
      // Without suggestions the field still takes what is typed.
      if (!signal.aborted) close()
    }
  }

  function take(value: string): void {
    close()
    input.value = value
    if (value === chosen) return
    chosen = value
    choose(value)
  }

  /** Takes the marked suggestion, waiting for it when it is on its way; else what was typed. */
  async function settle(): Promise<void> {
    const typed = input.value.trim()
    if (typed === chosen || typed === '') return take(typed)
    await answer
    if (input.value.trim() === typed) take(options[active] ?? typed)
  }

  input.addEventListener('input', () => {
    clearTimeout(timer)
    fresh = false
    const typed = input.value.trim()
    if (typed === '') return take('')
    answer = new Promise((resolve) => {
      timer = setTimeout(() => void look(typed).then(resolve), pause)
    })
  })
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      if (list.hidden) {
        answer = look(input.value.trim() === chosen ? '' : input.value.trim())
        return
      }
      const step = event.key === 'ArrowDown' ? 1 : -1
      mark((active + step + options.length) % options.length)
    } else if (event.key === 'Enter') {
      event.preventDefault()
      if (fresh && !list.hidden) take(options[active] ?? input.value.trim())
      else void settle()
    } else if (event.key === 'Escape') {
      event.preventDefault()
      close()
      input.value = chosen
    }
  })
  input.addEventListener('blur', () => void settle())
  // The field keeps the focus while one presses on a suggestion.
  list.addEventListener('pointerdown', (event) => event.preventDefault())
  list.addEventListener('click', (event) => {
    const option = (event.target as Element).closest('[role=option]')
    if (option) take(option.textContent ?? '')
  })

  return {
    set(value) {
      // What is being typed when an answer to something else comes is not taken away.
      if (value === chosen && document.activeElement === input) return
      close()
      chosen = value
      input.value = value
    },
  }
}
