import { z } from 'zod'
import { paragraph } from './blocks.ts'
import { moment } from './words.ts'

const words = z.string().catch('')
const address = z.string().nullish().catch(null)

/** What messages about an event are made of. What is missing is left out. */
export const aboutEvent = z.object({
  event_id: z.string().nullish().catch(null),
  title: z.string().trim().min(1).catch('your event'),
  starts_at: words,
  time_zone: z.string().catch('UTC'),
  place: words,
  url: address,
  reason: words,
  join_url: address,
})

export type AboutEvent = z.output<typeof aboutEvent>

/** When and where, on two lines. */
export const whenAndWhere = ({ starts_at, time_zone, place }: AboutEvent) =>
  paragraph([moment(starts_at, time_zone), place].filter(Boolean).join('\n'), 600)

/** The reason that was given, or what holds without one. */
export const because = ({ reason }: AboutEvent, otherwise = '') =>
  paragraph(reason || otherwise, 1000)

/** Where the event's page is: at Luma. */
export const itsPage = ({ url }: AboutEvent) => ({ label: 'Open the event', to: url })
