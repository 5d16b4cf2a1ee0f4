import { button, date, mendCard, money, payment, template, words } from './parts.ts'

/** Somebody who looks after her asked for it: the way to the page on which her card is mended. */
export const cardLink = template(payment, (due) => {
  const end = date(due.access_until)
  return {
    subject: 'The link to mend your card',
    title: 'Here is the link to mend your card',
    parts: [
      words(
        `${money(due) === 'your dues' ? 'Your dues are' : `${money(due)} of your dues are`} still open. With another card that is settled at once.`,
      ),
      button('Mend the card', mendCard),
      words(
        `The link leads to your own account here, and asks you to sign in.${end ? ` Your access lasts until ${end} meanwhile.` : ''}`,
      ),
    ],
  }
})
