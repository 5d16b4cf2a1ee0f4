import { one } from '../../lib/forms.ts'
import type { Edited } from './data.ts'
import { type Draft, draftOf, type Field } from './draft.ts'
import { moment } from './words.ts'

const names: Record<Field, string> = {
  kind: 'What it is',
  title: 'Title',
  summary: 'What is in it',
  topics: 'Topics',
  audience: 'Who it is for',
  url: 'Address',
  video_url: 'Address at Vimeo',
  has_captions: 'Captions',
  review_by: 'Look at it again by',
  file_path: 'File',
  file_name: 'Name of the file',
}

function shown(draft: Draft, field: Field): string {
  if (field === 'topics') return draft.topics.join(', ') || '(none)'
  if (field === 'has_captions') return draft.has_captions ? 'Yes' : 'No'
  if (field === 'audience') return draft.audience === 'leader' ? 'Leaders only' : 'All members'
  if (field === 'file_path') return draft.file_name || '(none)'
  return draft[field] || '(empty)'
}

/**
 * Shows both versions of each field that two people changed. Hers stay chosen until she takes the other. settled: the
 * draft with what she chose.
 */
export function showContest(
  theirs: Edited,
  contested: Field[],
  mine: Draft,
  settled: (draft: Draft) => void,
): void {
  const place = one('[data-contest]')
  const other = draftOf(theirs)
  const who = theirs.updated_by_me
    ? 'You, in another window or on another device,'
    : theirs.updated_by_name || 'Another leader'
  one('[data-contest-who]').textContent =
    `${who} saved this on ${moment(theirs.updated_at)}. Nothing is lost: choose for each what shall stand.`
  // Name and path of a file go together.
  const asked = contested.filter(
    (field) => field !== 'file_name' || !contested.includes('file_path'),
  )
  one('[data-contested]').replaceChildren(
    ...asked.map((field) => {
      const part = one<HTMLTemplateElement>('#contested').content.cloneNode(
        true,
      ) as DocumentFragment
      one('[data-field]', part).textContent = names[field]
      one('[data-mine]', part).textContent = shown(mine, field)
      one('[data-theirs]', part).textContent = shown(other, field)
      for (const radio of part.querySelectorAll<HTMLInputElement>('input')) {
        radio.name = `contested-${field}`
        radio.checked = radio.value === 'mine'
      }
      return part
    }),
  )
  one('[data-settle]').onclick = () => {
    const draft = { ...mine } as Record<Field, unknown>
    for (const field of asked) {
      const pick = one<HTMLInputElement>(`[name="contested-${field}"]:checked`, place).value
      if (pick !== 'theirs') continue
      draft[field] = other[field]
      if (field === 'file_path') draft.file_name = other.file_name
    }
    place.hidden = true
    settled(draft as unknown as Draft)
  }
  place.hidden = false
  place.focus()
  place.scrollIntoView({ block: 'start' })
}
