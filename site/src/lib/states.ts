export type State = 'checking' | 'signed-out' | 'lapsed' | 'empty' | 'ready' | 'failed'

/** Shows the part of a gated page that fits, and tells it to who cannot see it. */
export function show(room: HTMLElement, state: State, said = ''): void {
  room.dataset.state = state
  const voice = room.querySelector('[data-voice]')
  if (voice) voice.textContent = said
}
