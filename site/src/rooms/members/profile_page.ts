import { one, onSubmit } from '../../lib/forms.ts'
import { dropDraft, keepDraft, readDraft } from '../../lib/kept.ts'
import { noMember, openRoom, show } from '../../lib/room.ts'
import { say } from '../../lib/toast.ts'
import { namesOf } from './card.ts'
import { type Profile, type ProfileTexts, readProfile, saveProfile } from './data.ts'
import { startPicture } from './picture_editor.ts'
import { startPreview } from './preview.ts'
import {
  type Content,
  contentFor,
  contentOf,
  layOver,
  offerInterests,
  profileOf,
  putContent,
  revealLinks,
} from './profile_form.ts'

const most = 8 // interests, as the database counts them

let profile: Profile | undefined
/** What stands in the form when nothing is unsaved. */
let saved: Content = []

/** What was typed and not saved, and what stood there before. */
interface Draft {
  began: Content
  typed: Content
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

/** The profile: what others see of one and who sees it. What was typed and not saved is kept in this browser. */
export function startProfile(): void {
  const form = one<HTMLFormElement>('#profile')
  const preview = startPreview(one('#preview'))
  const picture = startPicture(form, () =>
    preview.refresh({ listed: profile?.is_visible === true }),
  )

  /** Shows whether something is unsaved, and keeps it. */
  function note(): void {
    if (!profile) return
    const content = contentOf(form)
    const clean = same(content, saved)
    one('[data-unsaved]', form).hidden = clean
    if (clean) dropDraft('profile', profile.member_id)
    else keepDraft('profile', profile.member_id, { began: saved, typed: content } satisfies Draft)
    one('#interests-count').textContent =
      `${content.filter(([name]) => name === 'interests').length} of ${most}`
  }

  function fill(content: Content): void {
    putContent(form, content)
    revealLinks(form)
    saved = contentOf(form)
  }

  form.addEventListener('input', note)
  one('#add-link').addEventListener('click', () => {
    const shown = form.querySelectorAll('[data-link]:not([hidden])').length
    revealLinks(form, shown + 1)
    one(`[data-link="${shown}"] input`, form).focus()
  })
  one('#discard').addEventListener('click', () => {
    if (!profile) return
    fill(contentFor(profile))
    note()
    one('[data-kept]').hidden = true
    one('#profile-title').focus()
  })
  onSubmit(form, async (data) => {
    if (!profile) throw new Error('no profile is loaded')
    const texts = profileOf(data)
    const sent = contentOf(form)
    // Only what she changed is written: the rest may have been changed elsewhere meanwhile.
    const before: ProfileTexts = profile
    const changed = Object.entries(texts).filter(
      ([name, value]) => !same(value, before[name as keyof ProfileTexts]),
    )
    if (changed.length > 0) await saveProfile(profile.member_id, Object.fromEntries(changed))
    profile = { ...profile, ...texts }
    // What was typed while it was being saved stays unsaved.
    if (same(contentOf(form), sent)) fill(contentFor(profile))
    else saved = sent
    one('[data-kept]').hidden = true
    note()
    preview.refresh({ listed: texts.is_visible })
    say(texts.is_visible ? 'Saved. Other members can find you.' : 'Saved. Nobody but you sees it.')
    return undefined
  })

  openRoom(async () => {
    const read = await readProfile()
    if (!read) return noMember()
    profile = read
    offerInterests(form, read.topics)
    fill(contentFor(read))
    const draft = readDraft<Draft>('profile', read.member_id)
    if (draft) putContent(form, layOver(draft.began, draft.typed, saved))
    revealLinks(form)
    one('[data-kept]').hidden = draft === null || same(contentOf(form), saved)
    note()
    picture.show(read)
    show('ready')
    preview.refresh({ listed: read.is_visible, names: namesOf(read.topics) })
  })
}
