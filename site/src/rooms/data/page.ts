import { one, onSubmit, text } from '../../lib/forms.ts'
import { sentence } from '../../lib/problem.ts'
import { openRoom, show } from '../../lib/room.ts'
import { forgetSession } from '../../lib/supabase.ts'
import { deleteAccount, type Held, readHeld, readRunning } from './data.ts'
import { whatEnds } from './words.ts'

/** The page of one's own data: two files to take along, and the way out. */
export function startMyData(): void {
  const prepare = one<HTMLButtonElement>('[data-prepare]')
  prepare.addEventListener('click', () => void offer(prepare))
  onSubmit(one<HTMLFormElement>('#delete'), async (data) => {
    await deleteAccount(text(data, 'confirm'))
    forgetSession()
    location.replace('/goodbye/')
    return undefined
  })
  openRoom(async (session) => {
    const running = await readRunning()
    for (const place of document.querySelectorAll('[data-email]'))
      place.textContent = session.user.email ?? ''
    const ends = running ? whatEnds(running, new Date()) : []
    one('[data-ends]').replaceChildren(...ends.map(paragraph))
    one('[data-ends-part]').hidden = ends.length === 0
    show('ready')
  })
}

function paragraph(words: string): HTMLElement {
  const element = document.createElement('p')
  element.textContent = words
  return element
}

/** Asks once for everything, and offers it as two files. */
async function offer(button: HTMLButtonElement): Promise<void> {
  if (button.ariaBusy === 'true') return
  const problem = one('[data-prepare-error]')
  problem.textContent = ''
  button.ariaBusy = 'true'
  try {
    // Who only looks in does not load what writes the file.
    const [held, { readable }] = await Promise.all([readHeld(), import('./readable.ts')])
    fill(held, new Date(), readable)
    one('[data-files]').hidden = false
    button.hidden = true
    one('[data-files] a').focus()
  } catch (error) {
    problem.textContent = sentence(error)
  } finally {
    button.ariaBusy = 'false'
  }
}

type Readable = typeof import('./readable.ts')['readable']

function fill(held: Held, made: Date, readable: Readable): void {
  const day = made.toISOString().slice(0, 10)
  const file = (kind: 'html' | 'json', type: string, content: string) => {
    const link = one<HTMLAnchorElement>(`[data-file=${kind}]`)
    link.href = URL.createObjectURL(new Blob([content], { type }))
    link.download = `my-data-${day}.${kind}`
  }
  file('html', 'text/html;charset=utf-8', readable(held, made))
  file('json', 'application/json', `${JSON.stringify(held, null, 2)}\n`)
}
