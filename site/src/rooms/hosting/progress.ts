import { one } from '../../lib/forms.ts'
import { sentence } from '../../lib/problem.ts'
import { type Edited, type Progress, readProgress, retry, type Stage } from './data.ts'
import { standing } from './words.ts'

// Milliseconds between looks: quick at first, because Luma answers within seconds; then it waits, and then it stops.
const looks = [800, 1200, 2000, 3000, 5000, 8000, 15_000, 30_000, 60_000, 120_000, 300_000]

const triesBeforeBelieved = 7

/** Whether there is nothing more to wait for. */
const isSettled = ({ luma_state, url }: Progress) =>
  luma_state === 'canceled' || luma_state === 'failed' || (luma_state === 'live' && url !== null)

let timer: ReturnType<typeof setTimeout> | undefined
/** retried: what went wrong before says nothing until Luma has been asked again. */
let watched: { id: string; turn: number; retried: boolean } | undefined
let stage: Stage = 'draft'

function words({ state, luma_state, luma_error, url }: Progress): string {
  if (luma_state === 'failed')
    return luma_error ?? 'Luma did not take it. Everything that you wrote is kept here.'
  if (luma_error) return luma_error
  if (state === 'canceled')
    return luma_state === 'canceled' || luma_state === null
      ? 'Luma has deleted it and told the guests.'
      : 'Luma is deleting it and tells the guests.'
  if (luma_state === 'live')
    return url ? 'Live: guests can register.' : 'Live at Luma. Its address comes in a moment.'
  if (luma_state === 'changing') return 'Live. Luma is being told what you changed.'
  return 'Saved. Luma is making its page; that takes some seconds.'
}

/** Shows how far Luma is with an event that is out. */
function showProgress(progress: Progress): void {
  const [tag, look] = standing({ ...progress, stage })
  one('[data-stage]').textContent = tag
  one('[data-stage]').className = look
  const place = one('[data-luma]')
  const { state, luma_state, url } = progress
  place.hidden = state === 'draft'
  if (place.hidden) return
  const isLive = luma_state === 'live' || luma_state === 'changing'
  place.dataset.luma = luma_state ?? 'waiting'
  one('[data-steps]', place).hidden = state === 'canceled'
  const at = isLive ? 2 : 1
  for (const [index, step] of [...one('[data-steps]', place).children].entries()) {
    step.toggleAttribute('data-done', index < at || isLive)
    if (index === at && !isLive) step.setAttribute('aria-current', 'step')
    else step.removeAttribute('aria-current')
  }
  const said = one('[data-luma-words]', place)
  if (said.textContent !== words(progress)) said.textContent = words(progress)
  const link = one<HTMLAnchorElement>('[data-luma-link]', place)
  link.hidden = !url || state === 'canceled'
  if (url) link.href = url
  one('[data-try-again]', place).hidden = !progress.luma_error && luma_state !== 'failed'
}

/** Watches an event until Luma is done with it: gently, only while the page is seen, and not for ever. */
export function watch(event: Edited | null): void {
  clearTimeout(timer)
  watched = undefined
  if (!event) {
    one('[data-luma]').hidden = true
    return
  }
  stage = event.stage
  showProgress(event)
  if (event.state === 'draft' || isSettled(event)) return
  if (event.state === 'canceled' && event.luma_state === null) return
  watched = { id: event.id, turn: 0, retried: false }
  next()
}

function next(): void {
  clearTimeout(timer)
  const pause = watched && looks[watched.turn]
  if (pause === undefined || document.hidden) return
  timer = setTimeout(() => void look(), pause)
}

async function look(): Promise<void> {
  const mine = watched
  if (!mine) return
  mine.turn += 1
  try {
    const progress = await readProgress(mine.id)
    if (watched !== mine) return
    showProgress(progress)
    const old = mine.retried && progress.luma_state === 'failed' && mine.turn < triesBeforeBelieved
    if (isSettled(progress) && !old) watched = undefined
  } catch {
    // Asked again at the next look.
  }
  next()
}

/** The button that asks Luma at once, and looking on when the page is seen again. */
export function startProgress(id: string): void {
  document.addEventListener('visibilitychange', next)
  const button = one<HTMLButtonElement>('[data-try-again]')
  button.addEventListener('click', async () => {
    if (button.ariaBusy === 'true') return
    button.ariaBusy = 'true'
    try {
      await retry(id)
      watched = { id, turn: 0, retried: true }
      await look()
    } catch (error) {
      one('[data-luma-words]').textContent = sentence(error)
    } finally {
      button.ariaBusy = 'false'
    }
  })
}
