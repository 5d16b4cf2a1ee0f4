import { one } from '../../lib/forms.ts'
import { Problem } from '../../lib/problem.ts'
import { rememberRole } from '../../lib/role.ts'
import { fail, openRoom, show } from '../../lib/room.ts'
import { card, row } from './cards.ts'
import { type Decided, type Proposal, readProposals } from './data.ts'
import { startDeciding } from './deciding.ts'
import { stop } from './words.ts'

let waiting: Proposal[] = []

/** What agents ask for, for the admins who decide. */
export function startProposals(): void {
  startDeciding({ find: (id) => waiting.find((each) => each.id === id), done })
  openRoom(async () => {
    await refresh()
    rememberRole('admin')
  })
}

async function refresh(): Promise<void> {
  const found = await readProposals()
  waiting = found.waiting
  one('[data-waiting]').replaceChildren(...waiting.map((each) => card(each, found.as_of)))
  one('[data-earlier]').replaceChildren(...found.earlier.map(row))
  one('[data-earlier-part]').hidden = found.earlier.length === 0
  one('[data-count]').textContent =
    waiting.length === 1 ? 'One waits for a decision.' : `${waiting.length} wait for a decision.`
  one('[data-count]').hidden = waiting.length === 0
  one('[data-nothing]').hidden = waiting.length > 0
  show('ready')
}

/** Says what became of it, where the reader is, and shows the list as it is now. */
async function done(proposal: Proposal, approve: boolean, answer: Decided): Promise<void> {
  const told = one('[data-told]')
  try {
    await refresh()
  } catch (error) {
    // It was decided all the same; only a page that may not be shown any more gives way to its reason.
    if (error instanceof Problem) return await fail(error)
    document.querySelector(`[data-proposal="${proposal.id}"]`)?.remove()
  }
  const counted = answer.decided && answer.state !== 'failed'
  told.textContent = answer.decided
    ? `${proposal.asks_for}: ${stop(answer.words)}`
    : `You came second, so your ${approve ? 'approval' : 'refusal'} changed nothing. ${stop(answer.words)}`
  told.className = counted ? 'notice notice-leaf' : 'notice'
  told.focus()
}
