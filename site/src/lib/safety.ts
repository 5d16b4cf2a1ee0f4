import { one } from './forms.ts'
import type { Safety } from './saver.ts'

const words: Record<Safety, string> = {
  saved: 'Everything is saved.',
  saving: 'Saving …',
  typed: 'Kept in this browser, not saved yet.',
  offline: 'No connection. What you typed is kept in this browser and saved when you are back.',
  refused: 'One thing could not be saved. It is kept in this browser; see the form.',
  contested: 'Two versions. Choose above what shall stand.',
}

/** Says where the typed words are, in the one place that a page has for it. */
export function showSafety(state: Safety): void {
  const place = one('[data-safety]')
  place.dataset.safety = state
  place.textContent = words[state]
}
