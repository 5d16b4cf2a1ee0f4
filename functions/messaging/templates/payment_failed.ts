import { button, date, mendCard, money, payment, template, words } from './parts.ts'

/** Her card was declined for the first time. */
export const paymentFailed = template(payment, (due) => {
  const next = date(due.next_attempt)
  return {
    subject: 'Your payment did not go through',
    title: 'Your payment did not go through',
    parts: [
      words(
        `We could not collect ${money(due)} for your membership. That happens: cards run out, banks hesitate.`,
      ),
      words(
        `Nothing changes for now, and you keep your access.${next ? ` We try again on ${next}.` : ''} If your card is a new one, please tell us.`,
      ),
      button('Mend the card', mendCard),
    ],
  }
})
