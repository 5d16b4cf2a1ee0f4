import { identity } from '../../../community/identity.ts'
import type { Proposal, ProposalState } from './data.ts'

const clock = (moment: string, options: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat(identity.language, options).format(new Date(moment))

/** A moment on the reader's own clock. */
export const moment = (when: string): string =>
  clock(when, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: 'numeric',
    minute: '2-digit',
  })

const hour = 3_600_000 // milliseconds

/** How long is left to decide, in words that hold for a while. */
export function timeLeft(until: string, now: string): string {
  const hours = Math.floor((new Date(until).getTime() - new Date(now).getTime()) / hour)
  if (hours < 1) return 'less than an hour left'
  if (hours < 48) return hours === 1 ? 'an hour left' : `${hours} hours left`
  return `${Math.round(hours / 24)} days left`
}

/** What kind of thing it is, in a word or two. */
export const kindWord: Record<Proposal['kind'], string> = {
  refund: 'Refund',
  cancel_now: 'Cancellation',
  cancel_at_period_end: 'Cancellation',
  delete_member: 'Deletion',
}

/** How the tag of what became of it looks. */
export const stateTag: Record<ProposalState, string> = {
  waiting: 'tag tag-sun',
  approved: 'tag tag-leaf',
  carried_out: 'tag tag-leaf',
  declined: 'tag tag-quiet',
  expired: 'tag tag-quiet',
  withdrawn: 'tag tag-quiet',
  failed: 'tag tag-alarm',
}

export const stateWord: Record<ProposalState, string> = {
  waiting: 'Waits',
  approved: 'Being done',
  carried_out: 'Done',
  declined: 'Declined',
  expired: 'Expired',
  withdrawn: 'Withdrawn',
  failed: 'Failed',
}

/** A sentence with its full stop. */
export const stop = (words: string): string => (/[.!?]$/.test(words) ? words : `${words}.`)
