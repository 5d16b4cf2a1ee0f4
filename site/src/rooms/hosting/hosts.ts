import { one } from '../../lib/forms.ts'
import { fillTile, hangPictures } from '../../lib/pictures.ts'
import { sentence } from '../../lib/problem.ts'
import { say } from '../../lib/toast.ts'
import { readDirectory } from '../members/data.ts'
import { addHost, type Edited, type Host, removeHost } from './data.ts'

const pause = 250 // milliseconds between the last key and the question
const offered = 6

interface HostsDeps {
  id: string
  /** Stores what is typed, so that there is an event to host. */
  save(): Promise<boolean>
  /** Reads the event again. */
  reload(): Promise<void>
}

let hosts: Host[] = []

/** Shows who hosts besides who wrote it. */
export function showHosts(event: Edited | null): void {
  hosts = event?.hosts ?? []
  one('[data-written-by]').textContent =
    !event || event.written_by_me
      ? 'You wrote it, so you host it.'
      : `${event.written_by || 'Luma'} wrote it.`
  one('[data-hosts]').replaceChildren(
    ...hosts.map((host) => {
      const row = person(host, host.leads ? 'may edit it' : 'is named as a host')
      const button = document.createElement('button')
      button.type = 'button'
      button.className = 'link-button'
      button.dataset.removeHost = host.member_id
      button.textContent = 'Remove'
      button.setAttribute('aria-label', `Remove ${host.name} as a host`)
      button.hidden = event?.may_edit === false
      row.append(button)
      return row
    }),
  )
  void hangPictures(one('[data-hosts]'))
}

function person(
  { member_id, name, picture }: { member_id: string; name: string; picture: string | null },
  words: string,
): HTMLLIElement {
  const part = one<HTMLTemplateElement>('#host').content.cloneNode(true) as DocumentFragment
  fillTile(one('[data-tile]', part), { member_id, name, picture })
  one('[data-name]', part).textContent = name
  one('[data-words]', part).textContent = words
  return part.firstElementChild as HTMLLIElement
}

/** Hosts are found by name in the directory, and added at once. */
export function startHosts({ id, save, reload }: HostsDeps): void {
  const field = one<HTMLInputElement>('#host-search')
  const found = one('[data-hosts-found]')
  const told = one('[data-error-for="hosts"]')
  const said = one('[data-hosts-status]')
  let timer: ReturnType<typeof setTimeout> | undefined
  let asking = new AbortController()

  const clear = () => {
    clearTimeout(timer)
    asking.abort()
    found.replaceChildren()
    said.textContent = ''
  }
  const look = async () => {
    asking = new AbortController()
    const { signal } = asking
    const search = field.value.trim()
    try {
      const { items } = await readDirectory(
        { search, place: '', interest: '' },
        { after: undefined, size: offered },
        signal,
      )
      if (signal.aborted) return
      const others = items.filter(
        ({ member_id }) => !hosts.some((host) => host.member_id === member_id),
      )
      found.replaceChildren(
        ...others.map((each) => {
          const row = person(each, each.is_leader ? 'Leader' : each.location || 'Member')
          const button = document.createElement('button')
          button.type = 'button'
          button.className = 'button button-quiet button-small'
          button.dataset.addHost = each.member_id
          button.textContent = 'Add'
          button.setAttribute('aria-label', `Add ${each.name} as a host`)
          row.append(button)
          return row
        }),
      )
      void hangPictures(found)
      said.textContent =
        others.length === 0 ? 'Nobody in the directory has this name.' : `${others.length} found`
    } catch (error) {
      if (!signal.aborted) told.textContent = sentence(error)
    }
  }
  const change = async (button: HTMLButtonElement, action: () => Promise<void>, done: string) => {
    if (button.ariaBusy === 'true') return
    button.ariaBusy = 'true'
    told.textContent = ''
    try {
      await action()
      await reload()
      say(done)
      field.focus()
    } catch (error) {
      told.textContent = sentence(error)
      button.ariaBusy = 'false'
    }
  }

  field.addEventListener('input', (event) => {
    // What is typed here is a question, and no part of the event.
    event.stopPropagation()
    told.textContent = ''
    clear()
    if (field.value.trim().length > 1) timer = setTimeout(() => void look(), pause)
  })
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') event.preventDefault()
  })
  found.addEventListener('click', ({ target }) => {
    const button = (target as Element).closest<HTMLButtonElement>('[data-add-host]')
    if (!button) return
    void change(
      button,
      async () => {
        await save()
        await addHost(id, button.dataset.addHost ?? '')
        field.value = ''
        clear()
      },
      'Added as a host.',
    )
  })
  one('[data-hosts]').addEventListener('click', ({ target }) => {
    const button = (target as Element).closest<HTMLButtonElement>('[data-remove-host]')
    if (button)
      void change(
        button,
        () => removeHost(id, button.dataset.removeHost ?? ''),
        'She does not host it any more.',
      )
  })
}
