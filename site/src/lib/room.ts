import type { Session } from '@supabase/auth-js'
import { one } from './forms.ts'
import { Problem, sentence } from './problem.ts'
import { signInHere } from './return_to.ts'
import { session } from './supabase.ts'

export type State = 'checking' | 'signed-out' | 'lapsed' | 'empty' | 'ready' | 'failed'

/** Shows the part of the gated page that fits. */
export function show(state: State): void {
  one('#room').dataset.state = state
}

/** Shows the screen for an error: signed out when the session has ended, else what happened and a way to try again. */
export function fail(error: unknown): void {
  if (error instanceof Problem && error.status === 401) {
    signedOut(true)
    return
  }
  one('[data-failure]').textContent = sentence(error)
  show('failed')
}

function signedOut(ended: boolean): void {
  if (ended)
    one('#room [data-voice]').textContent =
      'Your sign-in has ended. Sign in again, and you are back on this page.'
  one<HTMLAnchorElement>('[data-sign-in]').href = signInHere(location)
  show('signed-out')
}

/** Opens a gated page: asks who is signed in, then runs the room's own part as that person. */
export function openRoom(enter: (session: Session) => Promise<void>): void {
  const open = async () => {
    const known = localStorage.getItem('commons-session') !== null
    try {
      const current = await session()
      if (current) await enter(current)
      else signedOut(known)
    } catch (error) {
      fail(error)
    }
  }
  one('[data-retry]').addEventListener('click', () => {
    show('checking')
    void open()
  })
  void open()
}
