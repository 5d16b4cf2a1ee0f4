import { one } from './forms.ts'

const stays = 6000 // milliseconds

let timer: ReturnType<typeof setTimeout> | undefined

/** Says for a while, and aloud, that something was done. What went wrong is said where it went wrong instead. */
export function say(sentence: string): void {
  const toast = one('#toast')
  toast.textContent = sentence
  clearTimeout(timer)
  timer = setTimeout(() => {
    toast.textContent = ''
  }, stays)
}
