import { startDialog } from '../../lib/dialog.ts'
import { one, onSubmit, text } from '../../lib/forms.ts'
import { Problem } from '../../lib/problem.ts'
import { knownBy, list } from './cards.ts'
import { type Decided, decideProposal, type Proposal } from './data.ts'

interface Deps {
  find(id: string): Proposal | undefined
  /** After the answer: what was asked, and what the database said. */
  done(proposal: Proposal, approve: boolean, answer: Decided): Promise<void>
}

/** A decision is asked for once more, with what it does in sight. Declining takes a reason. */
export function startDeciding({ find, done }: Deps): void {
  const dialog = startDialog('decide')
  const form = one<HTMLFormElement>('#decide-form')
  const reason = one<HTMLTextAreaElement>('#field-reason')
  const title = one('#decide-title')
  title.tabIndex = -1
  let wish: { proposal: Proposal; approve: boolean } | undefined

  const ask = (proposal: Proposal, approve: boolean) => {
    wish = { proposal, approve }
    const { asks_for, member_name, would, is_sandbox } = proposal
    title.textContent = approve ? `${asks_for}?` : `Decline: ${asks_for}?`
    one('[data-decide-for]').textContent = member_name ? `For ${member_name}.` : ''
    one('[data-decide-known-by]').textContent = knownBy(proposal)
    one('[data-decide-practice]').hidden = !is_sandbox
    one('[data-decide-would]').replaceChildren(
      ...list(approve ? would : ['Nothing happens. The agent reads your reason.']),
    )
    one('[data-reason-hint]').textContent = approve
      ? 'If you like. It is kept with the decision, and the agent reads it.'
      : 'In a few words. It is kept with the decision, and the agent reads it.'
    const button = one<HTMLButtonElement>('button[type="submit"]', form)
    button.textContent = approve ? 'Approve' : 'Decline'
    button.className = approve ? 'button' : 'button button-alarm'
    for (const place of form.querySelectorAll('.error')) place.textContent = ''
    reason.removeAttribute('aria-invalid')
    reason.value = ''
    dialog.open()
    // Declining begins with its reason; approving with reading what it does.
    if (approve) title.focus()
    else reason.focus()
  }

  one('[data-waiting]').addEventListener('click', ({ target }) => {
    const button = (target as Element).closest<HTMLButtonElement>('[data-decide]')
    const proposal = find(button?.closest<HTMLElement>('[data-proposal]')?.dataset.proposal ?? '')
    if (button && proposal) ask(proposal, button.dataset.decide === 'approve')
  })
  onSubmit(form, async (data) => {
    if (!wish) return undefined
    const { proposal, approve } = wish
    const words = text(data, 'reason')
    if (!approve && !words) throw new Problem('Say why in a few words', { field: 'reason' })
    const answer = await decideProposal(proposal.id, approve, words)
    dialog.close()
    await done(proposal, approve, answer)
    return undefined
  })
}
