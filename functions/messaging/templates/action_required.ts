import { button, mendCard, money, payment, template, words } from './parts.ts'

/** Her bank wants a yes from her for the payment. */
export const actionRequired = template(payment, (due) => ({
  subject: 'Your bank asks you to confirm a payment',
  title: 'Your bank waits for your yes',
  parts: [
    words(
      `Your bank wants you to confirm the payment of ${money(due)} for your membership. Without it, the payment does not go through.`,
    ),
    words('It takes a minute, and you keep your access meanwhile.'),
    button('Confirm the payment', mendCard),
  ],
}))
