import { startDialog } from '../../lib/dialog.ts'
import { one } from '../../lib/forms.ts'
import { sentence } from '../../lib/problem.ts'
import { say } from '../../lib/toast.ts'
import { type Edited, readCancelPreview, sendThanks } from './data.ts'
import { savesFollowing } from './series.ts'
import { cancelWords, count, dayOf } from './words.ts'

interface EndingDeps {
  id: string
  /** Stores what is typed. */
  save(): Promise<boolean>
  /** Changes the event, and those that follow when that is chosen. */
  change(changes: Record<string, unknown>): Promise<void>
  reload(): Promise<void>
  /** Runs what a button does, once at a time. */
  act(button: HTMLElement, action: () => Promise<void>): Promise<void>
}

/** Canceling asks first, and says what Luma will do. */
export function startCanceling({ id, change, act }: EndingDeps): void {
  const dialog = startDialog('cancel')
  const opener = one<HTMLButtonElement>('[data-do="cancel"]')
  const button = one<HTMLButtonElement>('[data-do="canceled"]')
  const told = one('[data-error-for="cancel_reason"]')
  opener.addEventListener(
    'click',
    () =>
      void act(opener, async () => {
        const preview = await readCancelPreview(id)
        const following = savesFollowing()
        const paid = preview.paid + (following ? preview.following_paid : 0)
        one('[data-cancel-words]').replaceChildren(
          ...cancelWords(preview, following).map((words) => {
            const line = document.createElement('p')
            line.textContent = words
            return line
          }),
        )
        one('[data-refunds]').hidden = paid === 0
        one('[data-paid]').textContent = `${count(paid, 'guest')} paid.`
        told.textContent = ''
        dialog.open()
      }),
  )
  button.addEventListener('click', async () => {
    if (button.ariaBusy === 'true') return
    button.ariaBusy = 'true'
    told.textContent = ''
    try {
      await change({
        state: 'canceled',
        cancel_reason: one<HTMLTextAreaElement>('#cancel-reason').value.trim(),
        cancel_refunds: one<HTMLInputElement>('#cancel-refunds').checked,
      })
      dialog.close()
      say('Canceled. Luma tells the guests.')
    } catch (error) {
      told.textContent = sentence(error)
    } finally {
      button.ariaBusy = 'false'
    }
  })
}

/** What is left to do when it is over. */
export function showAfter(event: Edited | null): void {
  const place = one('[data-after]')
  place.hidden = event?.state !== 'published' || !event.has_begun
  if (place.hidden || !event) return
  const sent = event.thanks_sent_at
  one('[data-send-thanks]').hidden = sent !== null || event.stage !== 'past' || !event.may_edit
  one('[data-thanks-sent]').textContent = sent
    ? `Mailed to ${count(event.thanks_told ?? 0, 'guest')} on ${dayOf(sent, event.time_zone)}. What you change now is seen on the event’s page only.`
    : ''
}

/** Thanks are mailed when she says so, once. */
export function startThanks({ id, save, reload, act }: EndingDeps): void {
  const button = one<HTMLButtonElement>('[data-send-thanks]')
  button.addEventListener(
    'click',
    () =>
      void act(button, async () => {
        if (!(await save())) return
        const told = await sendThanks(id)
        await reload()
        say(`Your thanks are on their way to ${count(told, 'guest')}.`)
      }),
  )
}
