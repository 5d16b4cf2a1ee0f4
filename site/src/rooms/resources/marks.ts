import { Problem, sentence } from '../../lib/problem.ts'
import { fail } from '../../lib/room.ts'
import { type Mark, type Marks, setMark } from './data.ts'

export interface Toggle {
  /** Marks it, when it is not marked yet. */
  set(): void
}

/**
 * Makes a button keep one mark. It shows what was wished at once, and in the end what the database holds: when
 * saving fails it goes back, and says why. Pressed again while it saves, the last wish counts.
 */
export function markButton(
  button: HTMLButtonElement,
  options: {
    resource: string
    mark: Mark
    isSet: boolean
    /** Where to say what went wrong. */
    trouble: HTMLElement
    changed?: (marks: Marks) => void
  },
): Toggle {
  const { resource, mark, trouble, changed } = options
  let held = options.isSet
  let wish = held
  let saving = false
  const paint = (on: boolean) => {
    button.ariaPressed = String(on)
  }

  async function save(): Promise<void> {
    saving = true
    trouble.textContent = ''
    try {
      while (wish !== held) {
        const marks = await setMark(resource, mark, wish)
        held = marks[`${mark}_at`] !== null
        changed?.(marks)
      }
    } catch (error) {
      wish = held
      if (error instanceof Problem && (error.status === 401 || error.status === 403)) {
        await fail(error)
        return
      }
      trouble.textContent = sentence(error)
    } finally {
      saving = false
      paint(held)
    }
  }

  const turn = (to: boolean) => {
    wish = to
    paint(wish)
    if (!saving) void save()
  }
  paint(held)
  button.addEventListener('click', () => turn(!wish))
  return {
    set: () => {
      if (!wish) turn(true)
    },
  }
}
