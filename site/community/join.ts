/** Joining, and the page after the payment. */

/** How each tier is presented; names, descriptions and prices come from the database. */
export const tiers = {
  monthly: { mark: '' },
  annual: { mark: 'Our suggestion' },
  donor_annual: { mark: '' },
} as const

export const join = {
  title: 'Join us',
  description:
    'Choose a tier and pay on Stripe’s page. Membership renews until you cancel, and you can cancel at any time.',
  lead: 'Pick a tier. You pay on Stripe’s page; your card never touches ours.',
  nextTitle: 'What happens next',
  next: [
    'You pay on Stripe’s page and come straight back here.',
    'You sign in with a code that we mail to you. There is no password.',
    'You decide whether other members may find you, and what they see.',
  ],
  smallPrintTitle: 'The small print, in full size',
  smallPrint: [
    'Your membership renews by itself at the price you see until you cancel. You can cancel at any time on your account page, and it stays yours through the last day you paid for.',
    'Stripe takes the payment and mails the receipt. We learn your name, your address and whether you paid; we never see your card.',
    'Other members find you only after you have said that they may.',
  ],
} as const

export const welcome = {
  title: 'You are in. Welcome!',
  lead: 'Your payment went through, and a receipt is on its way to you from Stripe.',
  steps: [
    {
      title: 'Sign in',
      text: 'Use the address that you paid with. We mail you a code; there is no password to invent.',
    },
    {
      title: 'Say hello',
      text: 'Write two lines about yourself, and decide whether other members may find you.',
    },
    {
      title: 'Look around',
      text: 'Search the directory for someone who does what you want to learn, and write to her.',
    },
  ],
} as const
