import { one } from '../../lib/forms.ts'
import { rememberLeader } from '../../lib/role.ts'
import { fail, openRoom, show } from '../../lib/room.ts'
import { poster } from '../resources/poster.ts'
import { type Listed, readListed, type Stage } from './data.ts'
import { rowWords, stageTag, stageWord } from './words.ts'

const stages: readonly string[] = ['draft', 'scheduled', 'published', 'retired']
let last: Listed | undefined
let chosen = ''
let asked = 0

/** All resources for leaders; which of them stands in the address. */
export function startList(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-show]'))
    button.addEventListener('click', () => {
      if (button.value === chosen) return
      history.pushState(null, '', button.value ? `?show=${button.value}` : '/lead/resources/')
      void find().catch(fail)
    })
  one('#more').addEventListener('click', () => void more().catch(fail))
  addEventListener('popstate', () => void find().catch(fail))
  openRoom(() => find())
}

const filter = () => ({
  stage: (stages.includes(chosen) ? chosen : '') as Stage | '',
  reviewDue: chosen === 'review',
})

async function find(): Promise<void> {
  chosen = new URLSearchParams(location.search).get('show') ?? ''
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-show]'))
    button.ariaPressed = String(button.value === chosen)
  const mine = ++asked
  const found = await readListed(filter(), undefined)
  if (mine !== asked) return
  rememberLeader()
  one('[data-listed]').replaceChildren()
  add(found)
  const count = found.resources.length
  one('[data-found]').textContent =
    count === 0 ? 'Nothing here' : `${count}${found.more ? ' or more' : ''}, last changed first`
  show(count === 0 ? 'empty' : 'ready')
}

async function more(): Promise<void> {
  const before = one('[data-listed]').childElementCount
  add(await readListed(filter(), last))
  one('[data-listed]').children[before]?.querySelector<HTMLElement>('a')?.focus()
}

function add({ resources, more: isMore }: { resources: Listed[]; more: boolean }): void {
  one('[data-listed]').append(...resources.map(row))
  last = resources.at(-1) ?? last
  one('#more').hidden = !isMore
}

function row(resource: Listed): DocumentFragment {
  const part = one<HTMLTemplateElement>('#listed').content.cloneNode(true) as DocumentFragment
  one('[data-poster]', part).append(poster(resource.id, resource.kind))
  const title = one<HTMLAnchorElement>('[data-title]', part)
  title.textContent = resource.title || 'Without a title yet'
  title.href = `/lead/resources/edit/?id=${resource.id}`
  const stage = one('[data-stage]', part)
  stage.textContent = stageWord[resource.stage]
  stage.className = stageTag[resource.stage]
  one('[data-leaders]', part).hidden = resource.audience !== 'leader'
  one('[data-due]', part).hidden = !resource.is_review_due
  one('[data-words]', part).textContent = rowWords(resource)
  const trouble = ['missing', 'refused', 'domain_locked'].includes(resource.embed_state)
  const note = one('[data-note]', part)
  if (trouble && resource.embed_note) note.textContent = resource.embed_note
  else note.remove()
  return part
}
