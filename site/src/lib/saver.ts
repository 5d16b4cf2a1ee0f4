import { differing as differ, merge, type Shape } from './drafts.ts'
import { Problem } from './problem.ts'

/** Where the typed words are, in order of worry. */
export type Safety = 'saved' | 'saving' | 'typed' | 'offline' | 'refused' | 'contested'

/** What the saver asks of the page and of the database. */
export interface SaverDeps<Draft, Stored> {
  /** The form as it is now. */
  read(): Draft
  /** Whether changes are saved as they are typed; else only when save() is called. */
  savesByItself(): boolean
  /** Stores a new thing. False when it was there already. */
  create(changes: Record<string, unknown>, draft: Draft): Promise<boolean>
  /** Stores changes. False when the revision is not the newest. */
  save(revision: number, changes: Record<string, unknown>): Promise<boolean>
  /** The thing as it is stored; null when there is none. */
  load(): Promise<Stored | null>
  /** Keeps base and words in this browser, or forgets them. */
  keep(kept: Kept<Draft> | null): void
  /** Says where the words are. */
  show(safety: Safety, error?: unknown): void
  /** Puts a merged draft into the form, with what the database knows besides. */
  fill(draft: Draft, stored: Stored | null): void
  /** Shows both versions; the saver waits until settle() is called. */
  ask(theirs: Stored, contested: (keyof Draft)[]): void
  after(ms: number, callback: () => void): () => void
}

/** What this browser keeps of words that are not saved: which version they were typed into. */
export interface Kept<Draft> {
  base: Draft
  revision: number | null
  draft: Draft
  /** What was sent and never answered: it may have arrived. */
  sent: Partial<Draft>
}

const pause = 900 // milliseconds after the last key
const again = 5000 // milliseconds until the next try without a connection

/** A stored thing counts its revisions. */
interface Revised {
  revision: number
}

export type Saver<Draft extends object, Stored extends Revised> = ReturnType<
  typeof createSaver<Draft, Stored>
>

/**
 * Saves a form as it is typed: one save at a time, each naming the revision that it changes. What cannot be saved
 * stays in the form and in this browser. A field that the database refuses is left out until it is typed anew.
 */
export function createSaver<Draft extends object, Stored extends Revised>(
  deps: SaverDeps<Draft, Stored>,
  shape: Shape<Draft, Stored>,
  stored: Stored | null,
) {
  type Field = keyof Draft
  const { blank, draftOf, columns } = shape
  const differing = (one: Draft, other: Draft) => differ(shape, one, other)
  let base = stored ? draftOf(stored) : blank
  let revision = stored?.revision ?? null
  let refused: Partial<Draft> = {}
  let sent: Partial<Draft> = {}
  let waiting = false
  let cancel = () => {}
  let running: Promise<boolean> | undefined

  const unsaved = (draft: Draft) =>
    differing(base, draft).filter((field) => !(field in refused) || refused[field] !== draft[field])

  function adopt(newer: Stored): void {
    base = draftOf(newer)
    revision = newer.revision
  }

  /** Somebody else's version is newer: what does not clash comes together by itself. */
  function meet(theirs: Stored): boolean {
    const held = draftOf(theirs)
    // What arrived though its answer was lost is no version of somebody else.
    for (const field of Object.keys(sent) as Field[])
      if (!differing({ ...base, ...sent }, held).includes(field))
        base = { ...base, [field]: held[field] }
    sent = {}
    const { draft, contested } = merge(shape, base, deps.read(), held)
    adopt(theirs)
    deps.fill(draft, theirs)
    if (contested.length === 0) return true
    waiting = true
    deps.ask(theirs, contested)
    deps.show('contested')
    return false
  }

  async function once(draft: Draft, changed: Field[]): Promise<boolean> {
    const changes = columns(draft, changed)
    for (const field of changed) sent = { ...sent, [field]: draft[field] }
    deps.keep({ base, revision, draft, sent })
    const done =
      revision === null ? await deps.create(changes, draft) : await deps.save(revision, changes)
    const newest = await deps.load()
    if (!newest) throw new Problem('This is not here any more', { status: 404 })
    if (!done) return meet(newest)
    sent = {}
    // Typed meanwhile: only what was sent is settled.
    const typed = deps.read()
    const touched = differing(draft, typed)
    adopt(newest)
    const shown = { ...base }
    for (const field of [...touched, ...(Object.keys(refused) as Field[])])
      shown[field] = typed[field]
    deps.fill(shown, newest)
    return true
  }

  async function run(): Promise<boolean> {
    for (;;) {
      if (waiting) return false
      const draft = deps.read()
      const changed = unsaved(draft)
      if (changed.length === 0) {
        const clean = differing(base, draft).length === 0
        deps.keep(clean ? null : { base, revision, draft, sent })
        deps.show(clean ? 'saved' : 'refused')
        return clean
      }
      deps.show('saving')
      try {
        if (!(await once(draft, changed))) return false
      } catch (error) {
        const field = error instanceof Problem ? shape.fieldOf(error.field ?? '') : undefined
        if (error instanceof TypeError) {
          deps.show('offline')
          later(again)
          return false
        }
        deps.show('refused', error)
        if (!field || !changed.includes(field)) return false
        refused = { ...refused, [field]: draft[field] }
        if (changed.length === 1) return false
      }
    }
  }

  const save = (): Promise<boolean> => {
    cancel()
    running ??= run().finally(() => {
      running = undefined
    })
    return running
  }
  function later(ms: number): void {
    cancel()
    cancel = deps.after(ms, () => void save())
  }

  return {
    /** Something was typed: it is kept in this browser now, and saved soon. */
    touched(): void {
      const draft = deps.read()
      for (const field of Object.keys(refused) as Field[])
        if (refused[field] !== draft[field]) delete refused[field]
      deps.keep({ base, revision, draft, sent })
      if (waiting) return
      if (differing(base, draft).length === 0) {
        deps.keep(null)
        if (!running) deps.show('saved')
      } else deps.show('typed')
      if (deps.savesByItself() && differing(base, draft).length > 0) later(pause)
    },
    /** Saves now. True when everything that was typed is stored. */
    async save(): Promise<boolean> {
      const held = running
      if (held) await held
      refused = {}
      return save()
    },
    /** Tries again, because the connection may be back. */
    wake(): void {
      if (deps.savesByItself() && differing(base, deps.read()).length > 0) void save()
    },
    /** The stored version was changed by an action of this page. */
    adopt(newer: Stored): void {
      const { draft } = merge(shape, base, deps.read(), draftOf(newer))
      adopt(newer)
      deps.fill(draft, newer)
    },
    /** Takes up what this browser kept from an earlier visit. */
    restore(kept: Kept<Draft>): void {
      deps.fill(kept.draft, stored)
      if (!stored || kept.revision === revision) return
      base = kept.base
      sent = kept.sent
      meet(stored)
    },
    /** Meets a newer version after an action was refused because of it. */
    async meetNewest(): Promise<void> {
      const newest = await deps.load()
      if (newest) meet(newest)
    },
    /** A person has chosen between both versions. */
    settle(): void {
      waiting = false
      if (differing(base, deps.read()).length === 0) deps.show('saved')
      else if (deps.savesByItself()) void save()
      else deps.show('typed')
    },
    get revision() {
      return revision
    },
    get isWaiting() {
      return waiting
    },
  }
}
