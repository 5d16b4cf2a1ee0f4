import { type Contested, showContest as show } from '../../lib/contest.ts'
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

/** Lets a leader choose where two changed the same. settled: the draft with what she chose. */
export function showContest(
  theirs: Edited,
  contested: Field[],
  mine: Draft,
  settled: (draft: Draft) => void,
): void {
  const other = draftOf(theirs)
  const who = theirs.updated_by_me
    ? 'You, in another window or on another device,'
    : theirs.updated_by_name || 'Another leader'
  // Name and path of a file go together.
  const asked: Contested<Field>[] = contested
    .filter((field) => field !== 'file_name' || !contested.includes('file_path'))
    .map((field) => ({
      field,
      name: names[field],
      mine: shown(mine, field),
      theirs: shown(other, field),
    }))
  show(
    `${who} saved this on ${moment(theirs.updated_at)}. Nothing is lost: choose for each what shall stand.`,
    asked,
    (taken) => {
      const draft = { ...mine } as Record<Field, unknown>
      for (const field of taken) {
        draft[field] = other[field]
        if (field === 'file_path') draft.file_name = other.file_name
      }
      settled(draft as unknown as Draft)
    },
  )
}
