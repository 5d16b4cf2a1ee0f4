/** Giving, and the page after a gift. */
export const donate = {
  title: 'Give someone a place',
  description:
    'A gift pays for places for women who could not pay, and keeps our gatherings free of sponsors. Once or monthly, any amount.',
  lead: 'Every gift goes into places for women who could not pay, and into keeping our gatherings free of sponsors.',
  currency: 'usd',
  /** Suggested amounts, in whole units of the currency. None is chosen for the giver. */
  amounts: [10, 25, 50, 100],
  minimum: 1,
  maximum: 10_000,
  plainTitle: 'Plainly',
  smallPrint: [
    'You give what you see: no fee is added, nothing is rounded up, and “every month” is only ever your choice.',
    'Stripe takes the payment and mails a receipt at once. We never see your card.',
    'A monthly gift can be stopped at any time: on your account page, or by one line to us.',
    'Giving does not make you a member, and being a member does not ask you to give.',
    'We thank you once. Your name is not published, sold or put on a wall.',
  ],
} as const

export const thankYou = {
  title: 'Thank you.',
  lead: 'Your gift arrived, and it will be somebody’s place at the table. Stripe is mailing you the receipt now.',
} as const
