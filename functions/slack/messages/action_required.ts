import { aboutPayment } from './billing.ts'
import type { Template } from './blocks.ts'

/** To a member whose bank wants her to confirm a payment. */
export const actionRequired: Template = (_data, around) =>
  aboutPayment(around, {
    title: 'Your bank asks you to confirm a payment',
    words: 'Your dues are waiting for it. It takes a minute, and you keep your access meanwhile.',
  })
