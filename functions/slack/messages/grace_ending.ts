import { z } from 'zod'
import { aboutPayment } from './billing.ts'
import type { Template } from './blocks.ts'
import { day } from './words.ts'

const due = z.object({ access_until: z.string().catch('') })

/** To a member whose access ends within days, because a payment is still open. */
export const graceEnding: Template = (data, around) => {
  const end = day(due.parse(data).access_until)
  return aboutPayment(around, {
    title: end ? `Your access ends on ${end}` : 'Your access ends in a few days',
    words:
      'We could not collect your dues, and soon we have to stop trying. With another card everything stays as it is.',
  })
}
