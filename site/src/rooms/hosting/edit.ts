import { showContest } from '../../lib/contest.ts'
import { one, sayProblem, showProblem } from '../../lib/forms.ts'
import { dropDraft, keepDraft, readDraft } from '../../lib/kept.ts'
import { Problem } from '../../lib/problem.ts'
import { rememberLeader } from '../../lib/role.ts'
import { fail, openRoom, show } from '../../lib/room.ts'
import { showSafety } from '../../lib/safety.ts'
import { createSaver, type Kept, type Safety, type Saver } from '../../lib/saver.ts'
import { say } from '../../lib/toast.ts'
import { requireId } from './address.ts'
import { clone, create, deleteDraft, type Edited, readToEdit, save, saveFollowing } from './data.ts'
import { type Draft, type Field, shape } from './draft.ts'
import { showAfter, startCanceling, startThanks } from './ending.ts'
import {
  clearErrors,
  fillForm,
  form,
  offerChoices,
  readForm,
  suggestEnd,
  suggestPolicy,
  tidySeats,
} from './form.ts'
import { showHosts, startHosts } from './hosts.ts'
import { type Prefill, prefillOf } from './prefill.ts'
import { startProgress, watch } from './progress.ts'
import { startQuestions } from './questions.ts'
import { savesFollowing, showSeries, startSeries } from './series.ts'
import { fieldNames, moment, shown, stageWords } from './words.ts'

let stored: Edited | null = null
let saver: Saver<Draft, Edited>
let draftKey = ''
/** What an agent proposed, while no event was made of it. */
let prefill: Prefill | undefined
const isDraft = () => (stored?.stage ?? 'draft') === 'draft'

/** The form of one event. A new one gets its id here, so that it is made once however often it is sent. */
export function startEdit(): void {
  openRoom(async ({ user }) => {
    const query = new URLSearchParams(location.search)
    const given = query.get('id')
    const wanted = query.get('idea')
    const id = requireId(given ?? crypto.randomUUID())
    const [answer, proposed] = await Promise.all([
      readToEdit(id),
      wanted ? prefillOf(wanted) : undefined,
    ])
    if (!answer.event) prefill = proposed
    rememberLeader()
    offerChoices(answer)
    draftKey = `${user.id}-${id}`
    saver = saverOf(id, answer.event, given !== null)
    // An idea fills the form and saves nothing: that is for who uses it.
    fill(answer.event ? shape.draftOf(answer.event) : (prefill?.draft ?? shape.blank), answer.event)
    const kept = readDraft<Kept<Draft>>('event', draftKey)
    listen(id)
    show('ready')
    if (kept && stored?.may_edit !== false) {
      saver.restore(kept)
      saver.touched()
    } else if (stored) safety('saved')
    else one<HTMLInputElement>('[name="title"]').focus()
  })
}

function saverOf(id: string, event: Edited | null, isNamed: boolean): Saver<Draft, Edited> {
  let named = isNamed
  return createSaver(
    {
      read: readForm,
      savesByItself: isDraft,
      // Its zone is part of a new event also when nobody touched it.
      create: (changes, draft) =>
        (prefill?.create ?? create)(id, { ...shape.columns(draft, ['when']), ...changes }),
      save: (revision, changes) => write(id, revision, changes),
      load: async () => (await readToEdit(id)).event,
      keep(kept) {
        if (!kept) return dropDraft('event', draftKey)
        keepDraft('event', draftKey, kept)
        // From the first word on the address leads back to it.
        if (!named)
          history.replaceState(null, '', prefill ? `?id=${id}&idea=${prefill.idea}` : `?id=${id}`)
        named = true
      },
      show: safety,
      fill,
      ask,
      after(ms, callback) {
        const timer = setTimeout(callback, ms)
        return () => clearTimeout(timer)
      },
    },
    shape,
    event,
  )
}

/** Saves to this event, or to those that follow as well. False when somebody was faster. */
async function write(
  id: string,
  revision: number,
  changes: Record<string, unknown>,
): Promise<boolean> {
  if (!savesFollowing()) return save(id, revision, changes)
  try {
    await saveFollowing(id, revision, changes)
    return true
  } catch (error) {
    if (error instanceof Problem && error.status === 409) return false
    throw error
  }
}

function ask(theirs: Edited, contested: Field[]): void {
  const [mine, other] = [readForm(), shape.draftOf(theirs)]
  const who = theirs.updated_by_me
    ? 'You, in another window or on another device,'
    : theirs.updated_by_name || 'Somebody'
  showContest(
    `${who} saved this on ${moment(theirs.updated_at)}. Nothing is lost: choose for each what shall stand.`,
    contested.map((field) => ({
      field,
      name: fieldNames[field],
      mine: shown(mine, field),
      theirs: shown(other, field),
    })),
    (taken) => {
      const chosen = { ...readForm() }
      for (const field of taken) Object.assign(chosen, { [field]: other[field] })
      fill(chosen, theirs)
      saver.settle()
    },
  )
}

/** Shows a draft, and what the database knows besides. */
function fill(draft: Draft, newest: Edited | null): void {
  const before = stored
  stored = newest
  fillForm(draft)
  const stage = newest?.stage ?? 'draft'
  const mine = newest?.may_edit !== false
  one('[data-heading]').textContent = newest ? newest.title || 'Without a title yet' : 'New event'
  one('[data-stage-words]').textContent = mine
    ? stageWords[stage]
    : `${newest?.written_by || 'Another leader'} looks after it. You can read it and copy it.`
  if (newest) prefill = undefined
  one('[data-idea-words]').textContent = prefill?.words ?? ''
  one('[data-idea-words]').hidden = !prefill
  const frozen = !mine || stage === 'canceled'
  for (const part of form().querySelectorAll<HTMLFieldSetElement>('[data-part]'))
    part.disabled = frozen || (stage === 'past' && part.dataset.part !== 'after')
  const button = (name: string) => one(`[data-do="${name}"]`)
  button('publish').hidden = stage !== 'draft' || !mine || prefill !== undefined
  button('save').hidden = (stage === 'draft' && !prefill) || frozen
  button('save').textContent = prefill ? 'Save as my draft' : 'Save changes'
  button('copy').hidden = !newest
  button('delete').hidden = stage !== 'draft' || !newest || !mine
  button('cancel').hidden = stage !== 'upcoming' || !mine
  const desk = one<HTMLAnchorElement>('[data-guests]')
  desk.hidden = !newest || stage === 'draft' || !mine
  if (newest) desk.href = `/lead/events/guests/?id=${newest.id}`
  showHosts(newest)
  showSeries(newest)
  showAfter(newest)
  if (before?.revision !== newest?.revision || before?.luma_state !== newest?.luma_state || !before)
    watch(newest)
}

function safety(state: Safety, error?: unknown): void {
  showSafety(state)
  if (error instanceof Problem && error.status === 401) void fail(error)
  else if (error) told(error)
}

/** Without taking the reader's place away while she types. */
const told = (error: unknown) => void sayProblem(form(), error)

function listen(id: string): void {
  const touched = () => saver.touched()
  form().addEventListener('input', ({ target }) => {
    const { name } = target as HTMLInputElement
    if (name === 'scope') return
    clearErrors(name)
    if (name === 'starts_at' || name === 'ends_at' || name === 'time_zone')
      for (const each of ['starts_at', 'ends_at', 'time_zone']) clearErrors(each)
    if (name === 'visibility' || name === 'approval_required') suggestPolicy()
    touched()
  })
  one('[name="starts_at"]').addEventListener('change', () => {
    suggestEnd()
    touched()
  })
  one('[name="capacity"]').addEventListener('change', tidySeats)
  form().addEventListener('submit', (event) => {
    event.preventDefault()
    if (isDraft()) void saver.save()
    else void act(one('[data-do="save"]'), saveNow)
  })
  const on = (name: string, action: () => Promise<void>) => {
    const button = one<HTMLButtonElement>(`[data-do="${name}"]`)
    button.addEventListener('click', () => void act(button, action))
  }
  on('publish', publish)
  on('copy', () => copy(id))
  on('delete', () => remove(id))
  const deps = { id, act, save: saveFirst, reload: () => reload(id) }
  startCanceling({ ...deps, change: (changes) => change(id, changes) })
  startThanks({ ...deps, change: (changes) => change(id, changes) })
  startHosts(deps)
  startSeries({ ...deps, adopt: (event) => saver.adopt(event) })
  startQuestions(touched)
  startProgress(id)
  addEventListener('online', () => saver.wake())
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

/** Stores what is typed, so that there is something to add to. */
async function saveFirst(): Promise<boolean> {
  const saved = await saver.save()
  if (!stored) throw new Problem('Give it a title first', { field: 'title' })
  return saved
}

async function saveNow(): Promise<void> {
  if (await saver.save()) say('Saved.')
}

async function reload(id: string): Promise<void> {
  const { event } = await readToEdit(id)
  if (event) saver.adopt(event)
}

/** Changes what is no field of the form. */
async function change(id: string, changes: Record<string, unknown>): Promise<void> {
  if (saver.revision === null) throw new Problem('It needs a title', { field: 'title' })
  if (!(await write(id, saver.revision, changes)))
    throw new Problem('Somebody else changed this meanwhile', {
      status: 409,
      remedy: 'Look at what changed, then decide again.',
    })
  await reload(id)
}

async function publish(): Promise<void> {
  // What the event lacks is said by the database, also when nothing was typed yet.
  if (!(await saver.save()) || saver.isWaiting) return
  if (!stored || saver.revision === null) throw new Problem('It needs a title', { field: 'title' })
  await change(stored.id, { state: 'published' })
  one('[data-luma]').scrollIntoView({ block: 'center' })
  say('It is out. Luma makes its page now.')
}

const copied = crypto.randomUUID()
async function copy(id: string): Promise<void> {
  await clone(id, copied)
  location.assign(`/lead/events/edit/?id=${copied}`)
}

async function remove(id: string): Promise<void> {
  const button = one('[data-do="delete"]')
  if (button.dataset.asked === undefined) {
    button.dataset.asked = ''
    button.textContent = 'Delete it for good?'
    return
  }
  await deleteDraft(id)
  dropDraft('event', draftKey)
  location.assign('/lead/events/?show=draft')
}
