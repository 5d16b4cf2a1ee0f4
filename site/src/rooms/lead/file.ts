import { one } from '../../lib/forms.ts'
import { Problem } from '../../lib/problem.ts'
import { upload } from '../../lib/storage.ts'
import { facts } from '../resources/words.ts'
import type { Edited } from './data.ts'
import { readForm, setFile } from './form.ts'

const most = 50 * 1024 * 1024
/** Types that browsers do not know by the name of a file. */
const types: Record<string, string> = { md: 'text/markdown', csv: 'text/csv', txt: 'text/plain' }

interface FileDeps {
  id: string
  /** Stores what is typed, so that there is a resource for the file to belong to. */
  save(): Promise<boolean>
  touched(): void
  problem(error: unknown): void
}

/** Sends a chosen file to Storage, then lets the resource name it. What was there stays until the new one has arrived. */
export function startFile({ id, save, touched, problem }: FileDeps): void {
  const chooser = one<HTMLInputElement>('#upload')
  const bar = one('[data-progress]')
  let sending: AbortController | undefined

  const progress = (share: number) => {
    const percent = Math.round(share * 100)
    one<HTMLProgressElement>('progress', bar).value = percent
    one('[data-share]', bar).textContent = `${percent} %`
  }
  one('[data-stop]').addEventListener('click', () => sending?.abort())
  chooser.addEventListener('change', async () => {
    const file = chooser.files?.[0]
    if (!file) return
    sending?.abort()
    const own = new AbortController()
    sending = own
    progress(0)
    bar.hidden = false
    try {
      if (file.size > most || file.size === 0)
        throw new Problem(file.size === 0 ? 'This file is empty' : 'The file is too large', {
          status: 422,
          field: 'file_path',
          remedy: 'Choose one of up to 50 MB.',
        })
      await save()
      const end = /\.([a-z0-9]{1,8})$/i.exec(file.name)?.[1]?.toLowerCase() ?? 'bin'
      const path = `${id}/${crypto.randomUUID()}.${end}`
      const typed = file.type ? file : new File([file], file.name, { type: types[end] ?? '' })
      await upload('resources', path, typed, progress, own.signal)
      setFile(path, file.name.slice(-200))
      touched()
      await save()
    } catch (error) {
      if (!own.signal.aborted) problem(error)
    } finally {
      if (sending === own) {
        bar.hidden = true
        chooser.value = ''
      }
    }
  })
}

/** Shows the file that the resource has. */
export function showFile(stored: Edited | null): void {
  const { file_name, file_path } = readForm()
  one('[data-uploaded]').hidden = file_path === ''
  one('[data-file-name]').textContent = file_name
  const known = stored?.file_path === file_path && stored.file_type
  one('[data-file-facts]').textContent = known
    ? facts({ ...stored, kind: 'file', url: null }).join(' · ')
    : ''
}
