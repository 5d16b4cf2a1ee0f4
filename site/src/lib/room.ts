import type { Session } from '@supabase/auth-js'
import { readHome } from '../rooms/home/data.ts'
import type { Card } from '../rooms/memberships/membership.ts'
import { standing } from '../rooms/memberships/words.ts'
import { one } from './forms.ts'
import { Problem, sentence } from './problem.ts'
import { signInHere } from './return_to.ts'
import { showRole } from './role.ts'
import { session, signOut } from './supabase.ts'

export type State = 'checking' | 'signed-out' | 'expired' | 'lapsed' | 'empty' | 'ready' | 'failed'

/** Shows the part of the gated page that fits. */
export function show(state: State): void {
  one('#room').dataset.state = state
}

/**
 * Shows the screen for an error: the session has ended, no member now, or what happened and a way to try again.
 * A room throws what the database refused, and need not tell these apart.
 */
export async function fail(error: unknown): Promise<void> {
  if (error instanceof Problem && error.status === 401) return signedOut('expired')
  let shown = error
  if (error instanceof Problem && error.status === 403) {
    try {
      if (await explainRefusal()) return
    } catch (other) {
      shown = other
    }
  }
  one('[data-failure]').textContent = sentence(shown)
  show('failed')
}

function signedOut(as: 'signed-out' | 'expired'): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('[data-sign-in]'))
    link.href = signInHere(location)
  one('#sign-out').hidden = true
  show(as)
}

/** Who is signed in but has no member row yet says who she is on the home page. */
export const noMember = (): void => location.replace('/home/')

/** Why the database refused: false when it was for another reason than membership. */
async function explainRefusal(): Promise<boolean> {
  const home = await readHome()
  if (!home) {
    noMember()
    return true
  }
  if (home.entitled) return false
  showLapsed(home)
  return true
}

/** Shows the screen for who is no member now: what ended when, what is kept, and one way back. */
export function showLapsed(card: Card): void {
  const fill = (part: string, words: string) => {
    const place = document.querySelector(`[data-lapsed-${part}]`)
    if (place) place.textContent = words
  }
  const link = document.querySelector<HTMLAnchorElement>('[data-lapsed-way]')
  if (card.membership) {
    const { tag, next, action } = standing(card)
    const ended = tag === 'Ended'
    fill('title', ended ? 'Your membership has ended' : 'Your membership is waiting for you')
    fill('text', ended ? next.replace(/^[^.]*\. ?/, '') : next)
    fill('kept', kept)
    fill('way', ended ? 'Come back' : 'See what to do')
    if (link) link.href = action === 'return' ? '/join/' : '/account/'
  } else {
    fill('title', 'This is for members')
    fill('text', 'You are signed in, and there is no membership under your address yet.')
    fill('kept', 'Your profile waits for you. Nobody sees it until you join and say that they may.')
    fill('way', 'Join us')
  }
  show('lapsed')
}

const kept =
  'Your profile and everything that you saved are kept. Nobody sees them while you are away, and they are back the moment you are.'

/** Opens a gated page: asks who is signed in, then runs the room's own part as that person. */
export function openRoom(enter: (session: Session) => Promise<void>): void {
  const open = async () => {
    const known = localStorage.getItem('commons-session') !== null
    try {
      const current = await session()
      if (!current) return signedOut(known ? 'expired' : 'signed-out')
      one('#sign-out').hidden = false
      await enter(current)
    } catch (error) {
      await fail(error)
    }
  }
  showRole()
  one('#sign-out').addEventListener('click', async () => {
    await signOut()
    location.assign('/')
  })
  // The browser's own copy of a page must not show a member's data after she signed out.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted && localStorage.getItem('commons-session') === null) location.reload()
  })
  one('[data-retry]').addEventListener('click', () => {
    show('checking')
    void open()
  })
  void open()
}
