/** Where to write, for what, and how long it takes. */
export const contact = {
  title: 'Write to us',
  description: 'Which address to write to for what, and how long an answer takes.',
  lead: 'A person reads every message. There is no ticket number and no bot in front.',
  addresses: [
    {
      title: 'Questions, ideas, hello',
      address: 'hello@womendefiningai.example',
      text: 'Joining, gatherings, or something on the site that does not work.',
      answer: 'We answer within two working days.',
    },
    {
      title: 'Payments and receipts',
      address: 'billing@womendefiningai.example',
      text: 'A charge you do not recognise, a refund, a receipt with a company’s name. Tell us the date and the amount; never send a card number.',
      answer: 'We answer within one working day.',
    },
    {
      title: 'Your data',
      address: 'privacy@womendefiningai.example',
      text: 'To see, correct or erase what we hold, when you cannot sign in to do it yourself.',
      answer: 'We answer within three working days, and have done it within 30.',
    },
    {
      title: 'Something happened',
      address: 'care@womendefiningai.example',
      text: 'Somebody behaved badly, in a room of ours or because of one. Two leaders read this address, and nothing goes further without you.',
      answer: 'We answer the same day.',
    },
  ],
  fasterTitle: 'Perhaps faster',
  faster: [
    {
      before: 'To change or end a membership, or find a receipt:',
      label: 'your account',
      href: '/account/',
    },
    { before: 'To download or delete your data:', label: 'My data', href: '/account/data/' },
    { before: 'Before joining:', label: 'what others asked', href: '/membership/#questions' },
    { before: 'What is coming up:', label: 'public events', href: '/events/' },
  ],
} as const

/** The page of an address that leads nowhere. */
export const lost = {
  title: 'A piece is missing here',
  lead: 'There is nothing at this address. It may have moved when we left our old site, or the link lost a letter on the way.',
  links: [
    { label: 'What membership gives', href: '/membership/' },
    { label: 'Public events', href: '/events/' },
    { label: 'Your account', href: '/account/' },
    { label: 'Write to us', href: '/contact/' },
  ],
} as const
