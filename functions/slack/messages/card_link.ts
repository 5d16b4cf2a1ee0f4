import { aboutPayment } from './billing.ts'
import type { Template } from './blocks.ts'

/** To a member whose payment fails, when somebody who looks after her sends the link. */
export const cardLink: Template = (_data, around) =>
  aboutPayment(around, {
    title: 'Here is the link to mend your card',
    words: 'Your dues are still open. With another card that is settled at once.',
  })
