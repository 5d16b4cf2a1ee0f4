import { aboutPayment } from './billing.ts'
import type { Template } from './blocks.ts'

/** To a member whose payment did not go through. */
export const paymentFailed: Template = (_data, around) =>
  aboutPayment(around, {
    title: 'Your payment did not go through',
    words:
      'That happens, most often because a card has expired. You keep your access while we try again; with another card it is settled at once.',
  })
