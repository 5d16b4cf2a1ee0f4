import { one } from '../../lib/forms.ts'
import { aimLink } from '../../lib/links.ts'
import { Problem, sentence } from '../../lib/problem.ts'
import { fail, openRoom, show } from '../../lib/room.ts'
import { signedLink } from '../../lib/storage.ts'
import { day } from '../../lib/words.ts'
import { readTopics } from '../members/data.ts'
import { topicLinks } from './card.ts'
import { type ResourcePage, readResource } from './data.ts'
import { markButton } from './marks.ts'
import { play, vimeoPage } from './player.ts'
import { poster } from './poster.ts'
import { doneWord, facts } from './words.ts'

const isId = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)

/** One resource: what it says, the way to watch, read or open it, and one's own marks. */
export function startView(): void {
  openRoom(async () => {
    const id = new URLSearchParams(location.search).get('id') ?? ''
    const [resource, topics] = await Promise.all([
      isId(id) ? readResource(id) : undefined,
      readTopics(),
    ])
    if (!resource) return show('empty')
    fill(resource, new Map(topics.map(({ topic, name }) => [topic, name])))
    show('ready')
  })
}

function fill(resource: ResourcePage, names: Map<string, string>): void {
  const { id, kind } = resource
  document.title = document.title.replace(/^[^·]*·/, () => `${resource.title} ·`)
  one('[data-title]').textContent = resource.title
  one('[data-facts]').textContent = [
    ...facts(resource),
    resource.published_at && day(resource.published_at),
  ]
    .filter(Boolean)
    .join(' · ')
  one('[data-leaders]').hidden = resource.audience !== 'leader'
  one('[data-summary]').textContent = resource.summary
  one('[data-topics-of]').replaceChildren(...topicLinks(resource.topics, names))
  const trouble = one('[data-trouble]')
  const marks = { resource: id, trouble }
  markButton(one('[data-save]'), { ...marks, mark: 'saved', isSet: resource.saved_at !== null })
  one('[data-done-word]').textContent = doneWord[kind]
  const watched = markButton(one('[data-watched]'), {
    ...marks,
    mark: 'watched',
    isSet: resource.watched_at !== null,
  })
  for (const part of document.querySelectorAll<HTMLElement>('[data-for]'))
    part.hidden = part.dataset.for !== kind
  if (kind === 'video') video(resource, watched.set)
  else if (kind === 'file') file(resource)
  else aimLink(one('[data-open]'), resource.url)
}

function video(resource: ResourcePage, ended: () => void): void {
  const frame = one('[data-frame]')
  one('[data-poster]', frame).append(poster(resource.id, 'video'))
  one('[data-play]', frame).addEventListener('click', () => play(frame, resource, ended))
  one<HTMLAnchorElement>('[data-vimeo]').href = vimeoPage(resource)
}

function file({ id, file_path, file_name, ...resource }: ResourcePage): void {
  one('[data-poster-file]').append(poster(id, 'file'))
  one('[data-file-name]').textContent = file_name
  one('[data-file-facts]').textContent = facts(resource).join(' · ')
  const button = one<HTMLButtonElement>('[data-download]')
  const trouble = one('[data-file-trouble]')
  button.addEventListener('click', async () => {
    if (button.ariaBusy === 'true' || !file_path) return
    button.ariaBusy = 'true'
    trouble.textContent = ''
    try {
      location.assign(await signedLink('resources', file_path, file_name ?? 'file'))
    } catch (error) {
      if (error instanceof Problem && error.status === 401) await fail(error)
      else trouble.textContent = sentence(error)
    } finally {
      button.ariaBusy = 'false'
    }
  })
}
