import { identity } from '../../../community/identity.ts'
import type { Listed, Stage } from './data.ts'

/** A moment in the reader's own time: Tue, 5 May, 14:30. */
export function moment(when: string): string {
  return new Intl.DateTimeFormat(identity.language, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: 'numeric',
    minute: '2-digit',
  }).format(new Date(when))
}

/** A day without a time. */
export function dayOf(date: string): string {
  return new Intl.DateTimeFormat(identity.language, {
    dateStyle: 'medium',
    timeZone: 'UTC',
  }).format(new Date(date))
}

export const stageWord: Record<Stage, string> = {
  draft: 'Draft',
  scheduled: 'Scheduled',
  published: 'Published',
  retired: 'Retired',
}

/** The colours that a stage has as a tag. */
export const stageTag: Record<Stage, string> = {
  draft: 'tag',
  scheduled: 'tag tag-sun',
  published: 'tag tag-leaf',
  retired: 'tag tag-quiet',
}

const lacking: Record<string, string> = {
  title: 'a title',
  video_url: 'the address of the video',
  has_captions: 'captions',
  file_path: 'the file',
  url: 'the address',
}

/** What a leader should know about one row of the list. */
export function rowWords(resource: Listed): string {
  const { stage, published_at, retired_at, lacks, review_by, is_review_due } = resource
  if (stage === 'retired') return `Retired on ${dayOf(retired_at ?? '')}`
  if (stage === 'scheduled') return `Appears on ${moment(published_at ?? '')}`
  if (stage === 'draft')
    return lacks ? `Still needs ${lacking[lacks] ?? lacks}` : 'Ready to publish'
  if (is_review_due) return `Was to be reviewed by ${dayOf(review_by ?? '')}`
  return `Since ${dayOf(published_at ?? '')}`
}

/** What the form says about a stage. */
export function stageWords(stage: Stage, published_at: string | null): string {
  if (stage === 'scheduled')
    return `Appears by itself on ${moment(published_at ?? '')}, your time. Changes are kept in this browser until you save them.`
  if (stage === 'published')
    return 'Members see it. Changes are kept in this browser until you save them.'
  if (stage === 'retired') return 'Members do not see it any more. You can bring it back.'
  return 'Only leaders see it. It is saved as you type.'
}
