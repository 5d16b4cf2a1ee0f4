import { one, sayProblem, showProblem } from '../../lib/forms.ts'
import { dropDraft, keepDraft, readDraft } from '../../lib/kept.ts'
import { Problem } from '../../lib/problem.ts'
import { rememberLeader } from '../../lib/role.ts'
import { fail, openRoom, show } from '../../lib/room.ts'
import { showSafety } from '../../lib/safety.ts'
import { createSaver, type Kept, type Safety, type Saver } from '../../lib/saver.ts'
import { say } from '../../lib/toast.ts'
import { pageOf } from '../resources/card.ts'
import { length } from '../resources/words.ts'
import { showContest } from './contest.ts'
import { checkVideo, create, type Edited, readToEdit, type Stage, save, setStage } from './data.ts'
import { blank, type Draft, draftOf, shape } from './draft.ts'
import { showFile, startFile } from './file.ts'
import { clearErrors, fillForm, offerTopics, readForm, showKind } from './form.ts'
import { moment, stageTag, stageWord, stageWords } from './words.ts'

const looks = [800, 1500, 3000, 6000, 12_000, 24_000, 48_000] // milliseconds between looks whether Vimeo has answered

let stored: Edited | null = null
let saver: Saver<Draft, Edited>
let looking: ReturnType<typeof setTimeout> | undefined
const form = () => one<HTMLFormElement>('#resource')
const isOut = () => stored?.stage === 'published' || stored?.stage === 'scheduled'

/** The form of one resource. A new one gets its id here, so that it is made once however often it is sent. */
export function startEdit(): void {
  openRoom(async ({ user }) => {
    const given = new URLSearchParams(location.search).get('id')
    const id = given ?? crypto.randomUUID()
    const { resource, topics } = await readToEdit(id)
    rememberLeader()
    offerTopics(topics)
    stored = resource
    saver = saverOf(id, user.id, given !== null)
    fill(resource ? draftOf(resource) : blank, resource)
    const kept = readDraft<Kept<Draft>>('resource', `${user.id}-${id}`)
    listen(id)
    show('ready')
    if (kept) {
      saver.restore(kept)
      saver.touched()
    } else if (resource) safety('saved')
    else one<HTMLInputElement>('[name="title"]').focus()
  })
}

function saverOf(id: string, whose: string, isNamed: boolean): Saver<Draft, Edited> {
  let named = isNamed
  const key = `${whose}-${id}`
  return createSaver(
    {
      read: readForm,
      savesByItself: () => !isOut(),
      create: (changes, draft) => create(id, { kind: draft.kind, ...changes }),
      save: (revision, changes) => save(id, revision, changes),
      load: async () => (await readToEdit(id)).resource,
      keep(kept) {
        if (!kept) return dropDraft('resource', key)
        keepDraft('resource', key, kept)
        // From the first word on the address leads back to it.
        if (!named) history.replaceState(null, '', `?id=${id}`)
        named = true
      },
      show: safety,
      fill,
      ask: (theirs, contested) =>
        showContest(theirs, contested, readForm(), (draft) => {
          fill(draft, theirs)
          saver.settle()
        }),
      after(ms, callback) {
        const timer = setTimeout(callback, ms)
        return () => clearTimeout(timer)
      },
    },
    shape,
    stored,
  )
}

/** Shows a draft, and what the database knows besides. */
function fill(draft: Draft, newest: Edited | null): void {
  stored = newest
  fillForm(draft)
  showFile(newest)
  const stage = newest?.stage ?? 'draft'
  one('[data-heading]').textContent = newest ? 'Edit a resource' : 'Add a resource'
  one('[data-stage]').textContent = stageWord[stage]
  one('[data-stage]').className = stageTag[stage]
  one('[data-stage-words]').textContent = stageWords(stage, newest?.published_at ?? null)
  const see = one<HTMLAnchorElement>('[data-see]')
  see.hidden = stage !== 'published'
  if (newest) see.href = pageOf(newest.id)
  const button = (name: string) => one(`[data-do="${name}"]`)
  button('save').hidden = !isOut()
  button('published').hidden = stage === 'published'
  button('published').textContent = stage === 'retired' ? 'Bring back' : 'Publish now'
  button('published').classList.toggle('button-quiet', stage === 'scheduled')
  button('schedule').hidden = stage !== 'draft' && stage !== 'scheduled'
  button('schedule').textContent = stage === 'scheduled' ? 'Other time' : 'Schedule'
  button('draft').hidden = stage !== 'scheduled' && stage !== 'published'
  button('retired').hidden = !newest || stage === 'retired'
  showEmbed(newest)
}

/** Says what Vimeo said about the video, and looks again until it has said something. */
function showEmbed(resource: Edited | null): void {
  clearTimeout(looking)
  const place = one('[data-embed]')
  place.hidden = !resource?.vimeo_id
  if (!resource?.vimeo_id) return
  place.dataset.embed = resource.embed_state
  one('[data-ask-again]').hidden = ['unknown', 'ready'].includes(resource.embed_state)
  const seconds = resource.duration_seconds
  one('[data-embed-note]').textContent =
    resource.embed_note + (seconds ? ` It runs for ${length(seconds)}.` : '')
  if (resource.embed_state === 'unknown') look(resource.id, 0)
}

function look(id: string, turn: number): void {
  if (turn >= looks.length) return
  looking = setTimeout(async () => {
    try {
      const { resource } = await readToEdit(id)
      if (resource && resource.embed_state !== 'unknown') showEmbed(resource)
      else look(id, turn + 1)
    } catch {
      look(id, turn + 1)
    }
  }, looks[turn])
}

function safety(state: Safety, error?: unknown): void {
  showSafety(state)
  if (error instanceof Problem && error.status === 401) void fail(error)
  else if (error) told(error)
}

/** Without taking the reader's place away while she types. */
const told = (error: unknown) => void sayProblem(form(), error)

function listen(id: string): void {
  form().addEventListener('input', (event) => {
    const { name } = event.target as HTMLInputElement
    if (!name || name === 'publish_at') return
    clearErrors(name)
    if (name === 'kind') showKind(readForm().kind)
    saver.touched()
  })
  form().addEventListener('submit', (event) => {
    event.preventDefault()
    if (isOut()) void act(one('[data-do="save"]'), saveNow)
    else void saver.save()
  })
  const stages: Stage[] = ['published', 'draft', 'retired', 'scheduled']
  for (const stage of stages) {
    const button = one<HTMLButtonElement>(`[data-do="${stage}"]`)
    button.addEventListener('click', () => void act(button, () => move(id, stage)))
  }
  const opener = one<HTMLButtonElement>('[data-do="schedule"]')
  opener.addEventListener('click', () => {
    const when = one('#when')
    when.hidden = !when.hidden
    opener.ariaExpanded = String(!when.hidden)
    if (!when.hidden) one('#publish-at').focus()
  })
  one('[data-zone]').textContent = Intl.DateTimeFormat().resolvedOptions().timeZone
  one('[data-ask-again]').addEventListener('click', async () => {
    try {
      showEmbed(await checkVideo(id))
    } catch (error) {
      told(error)
    }
  })
  startFile({ id, save: () => saver.save(), touched: () => fileTouched(), problem: told })
  addEventListener('online', () => saver.wake())
}

function fileTouched(): void {
  clearErrors('file_path')
  showFile(stored)
  saver.touched()
}

/** Runs what a button does, once at a time, and leads to the field when the database refuses. */
async function act(button: HTMLElement, action: () => Promise<void>): Promise<void> {
  if (button.ariaBusy === 'true' || saver.isWaiting) return
  button.ariaBusy = 'true'
  clearErrors()
  try {
    await action()
  } catch (error) {
    if (error instanceof Problem && error.status === 401) await fail(error)
    else if (error instanceof Problem && error.status === 409) await saver.meetNewest()
    else showProblem(form(), error)
  } finally {
    button.ariaBusy = 'false'
  }
}

async function saveNow(): Promise<void> {
  if (await saver.save()) say('Saved.')
}

async function move(id: string, stage: Stage): Promise<void> {
  const at = one<HTMLInputElement>('#publish-at').value
  if (stage === 'scheduled' && !at)
    throw new Problem('Choose a day and a time', { field: 'publish_at' })
  // What the resource lacks is said by the database, also when nothing was typed yet.
  if (!(await saver.save()) || saver.isWaiting) return
  if (saver.revision === null) throw new Problem('It needs a title', { field: 'title' })
  const moved = await setStage(
    { id, revision: saver.revision },
    stage,
    stage === 'scheduled' ? new Date(at).toISOString() : undefined,
  )
  saver.adopt(moved)
  one('#when').hidden = true
  one('[data-do="schedule"]').ariaExpanded = 'false'
  say(
    {
      published: 'Published. Members see it now.',
      scheduled: `It will appear on ${moment(moved.published_at ?? '')}.`,
      draft: 'It is a draft again; members do not see it.',
      retired: 'Retired. Members do not see it any more.',
    }[stage],
  )
}
