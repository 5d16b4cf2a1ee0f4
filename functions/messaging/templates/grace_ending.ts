import { button, date, mendCard, money, payment, template, words } from './parts.ts'

/** The last word before her access ends. */
export const graceEnding = template(payment, (due) => {
  const end = date(due.access_until)
  return {
    subject: end ? `Your access ends on ${end}` : 'Your access ends soon',
    title: end ? `Your access ends on ${end}` : 'Your access ends soon',
    parts: [
      words(
        `We tried several times to collect ${money(due)} for your membership, and your card was declined each time.`,
      ),
      words('Mend it before then, and nothing is lost: everything goes on as it was.'),
      button('Mend the card', mendCard),
      words(
        'Would you rather leave? Then you need not do anything. Your profile and what you saved are kept for the day on which you come back.',
      ),
    ],
  }
})
