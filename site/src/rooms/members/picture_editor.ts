import { one } from '../../lib/forms.ts'
import { fillTile, hang, hangPictures, type Pictured } from '../../lib/pictures.ts'
import { sentence } from '../../lib/problem.ts'
import { squared } from '../../lib/square.ts'
import { removePicture, sendPicture } from './data.ts'

/** The picture on the profile. It is kept as soon as it is chosen; changed() is called after each change. */
export function startPicture(form: HTMLFormElement, changed: () => void) {
  const tile = one('[data-my-picture]', form)
  const choose = one<HTMLInputElement>('#choose-picture', form)
  const label = one('[data-choose-words]', form)
  const remove = one<HTMLButtonElement>('#remove-picture', form)
  const done = one('[data-picture-done]', form)
  const wrong = one('[data-error-for=picture]', form)
  let person: Pictured | undefined
  let local: string | undefined

  function fill(next: Pictured): void {
    person = next
    fillTile(tile, next)
    remove.hidden = next.picture === null
    label.textContent = next.picture ? 'Choose another picture' : 'Choose a picture'
  }

  /** Runs one change at a time, and says at the field how it went. */
  async function attempt(change: () => Promise<string>): Promise<void> {
    if (choose.disabled) return
    choose.disabled = true
    tile.ariaBusy = 'true'
    done.textContent = ''
    wrong.textContent = ''
    choose.ariaInvalid = null
    try {
      done.textContent = await change()
      changed()
    } catch (error) {
      wrong.textContent = sentence(error)
      choose.ariaInvalid = 'true'
    } finally {
      choose.disabled = false
      choose.value = ''
      tile.ariaBusy = 'false'
    }
  }

  choose.addEventListener('change', (event) => {
    // The picture is no part of what is saved with the form.
    event.stopPropagation()
    const [file] = choose.files ?? []
    if (!file || !person) return
    const whose = person
    void attempt(async () => {
      const square = await squared(file)
      fill({ ...whose, picture: await sendPicture(square) })
      if (local) URL.revokeObjectURL(local)
      local = URL.createObjectURL(square)
      hang(tile, local)
      return 'Your picture is kept.'
    })
  })
  remove.addEventListener('click', () => {
    if (!person) return
    const whose = person
    void attempt(async () => {
      await removePicture()
      fill({ ...whose, picture: null })
      choose.focus()
      return 'Your picture is gone.'
    })
  })

  return {
    /** Shows what the database holds. */
    show(next: Pictured): void {
      fill(next)
      void hangPictures(one('[data-picture-part]', form))
    },
  }
}
