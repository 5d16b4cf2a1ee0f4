import { startDialog } from '../../lib/dialog.ts'
import { one, onSubmit } from '../../lib/forms.ts'
import { Problem, sentence } from '../../lib/problem.ts'
import { count } from '../hosting/words.ts'
import { type Decision, decide, type Guest } from './data.ts'

export interface Row {
  guest: Guest
  box: HTMLInputElement
}

interface DecidingDeps {
  id: string
  rows(): Row[]
  decided(decision: Decision, answers: Awaited<ReturnType<typeof decide>>): Promise<void>
}

const titles: Record<Decision, string> = {
  approved: 'Let in',
  declined: 'Decline',
  pending: 'Put back',
}
const hints: Record<Decision, string> = {
  approved: 'This was decided otherwise before. Your reason is kept with the decision.',
  declined: 'She reads it, so be kind. Up to 200 characters.',
  pending: 'It is kept with the decision.',
}

/** Decisions about one guest or many. A reason is asked for where the database wants one. */
export function startDeciding({ id, rows, decided }: DecidingDeps): void {
  const dialog = startDialog('decide')
  const form = one<HTMLFormElement>('#decide-form')
  const reason = one<HTMLTextAreaElement>('#reason')
  const wrong = one('[data-wrong]')
  let wish: { guests: Guest[]; decision: Decision } | undefined

  const send = async (guests: Guest[], decision: Decision, words: string) => {
    const numbers = guests.map(({ guest_id }) => guest_id)
    await decided(decision, await decide(id, numbers, decision, words))
  }
  const ask = (guests: Guest[], decision: Decision) => {
    wish = { guests, decision }
    const [first] = guests
    one('#decide-title').textContent = `${titles[decision]}: say why`
    one('[data-decide-words]').textContent =
      guests.length === 1 ? (first?.name ?? '') : count(guests.length, 'guest')
    one('[data-reason-hint]').textContent = hints[decision]
    one('[data-decide-now]').textContent = titles[decision]
    one('[data-error-for="reason"]', form).textContent = ''
    reason.value = ''
    dialog.open()
    reason.focus()
  }
  const start = async (guests: Guest[], decision: Decision, button: HTMLButtonElement) => {
    if (guests.length === 0 || button.ariaBusy === 'true') return
    wrong.textContent = ''
    if (decision !== 'approved') return ask(guests, decision)
    button.ariaBusy = 'true'
    try {
      await send(guests, decision, '')
    } catch (error) {
      if (error instanceof Problem && error.field === 'reason') ask(guests, decision)
      else wrong.textContent = sentence(error)
    } finally {
      button.ariaBusy = 'false'
    }
  }
  const chosen = () => rows().filter(({ box }) => box.checked)
  const showChosen = () => {
    const number = chosen().length
    one('[data-chosen]').textContent = number === 0 ? 'Choose all' : `${number} chosen`
    const all = one<HTMLInputElement>('[data-all]')
    all.checked = number > 0 && number === rows().length
    all.indeterminate = number > 0 && number < rows().length
    for (const button of document.querySelectorAll<HTMLButtonElement>('[data-decide]'))
      button.disabled = number === 0
  }

  one('[data-guests]').addEventListener('click', ({ target }) => {
    const button = (target as Element).closest<HTMLButtonElement>('[data-act]')
    const number = button?.closest<HTMLElement>('[data-guest]')?.dataset.guest
    const row = rows().find(({ guest }) => String(guest.guest_id) === number)
    if (button && row) void start([row.guest], button.dataset.act as Decision, button)
  })
  one('[data-guests]').addEventListener('change', showChosen)
  // The list was filled anew: nobody is chosen.
  new MutationObserver(showChosen).observe(one('[data-guests]'), { childList: true })
  one<HTMLInputElement>('[data-all]').addEventListener('change', ({ target }) => {
    for (const { box } of rows()) box.checked = (target as HTMLInputElement).checked
    showChosen()
  })
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-decide]'))
    button.addEventListener('click', () =>
      start(
        chosen().map(({ guest }) => guest),
        button.dataset.decide as Decision,
        button,
      ),
    )
  onSubmit(form, async () => {
    if (!wish) return undefined
    await send(wish.guests, wish.decision, reason.value.trim())
    dialog.close()
    return undefined
  })
}
