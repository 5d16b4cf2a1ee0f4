import { one } from './forms.ts'

/** Makes a dialog shut by its cross, by whatever has data-close, and by a press beside it. Returns the way to open it. */
export function startDialog(id: string): { open(): void; close(): void } {
  const dialog = one<HTMLDialogElement>(`#${id}`)
  dialog.addEventListener('click', (event) => {
    const target = event.target as Element
    if (target === dialog || target.closest('[data-close]')) dialog.close()
  })
  return { open: () => dialog.showModal(), close: () => dialog.close() }
}
