/**
 * Everything about the site that belongs to one community: its name, colours, navigation and words.
 * Another community changes this file and nothing else. Prices are not here: they come from the database.
 */
export interface Palette {
  paper: string
  surface: string
  ink: string
  muted: string
  line: string
  /** Borders of things that can be typed into or pressed: 3:1 against paper. */
  edge: string
  accent: string
  onAccent: string
  accentSoft: string
  sun: string
  sunSoft: string
  leaf: string
  leafSoft: string
  alarm: string
  alarmSoft: string
}

const light: Palette = {
  paper: '#fbf6ef',
  surface: '#ffffff',
  ink: '#261a2c',
  muted: '#655a6b',
  line: '#e8dcd2',
  edge: '#8d7f8f',
  accent: '#86215c',
  onAccent: '#ffffff',
  accentSoft: '#f7e3ee',
  sun: '#e9a13b',
  sunSoft: '#fdecd0',
  leaf: '#2f6b58',
  leafSoft: '#dcefe6',
  alarm: '#a3261f',
  alarmSoft: '#fde7e3',
}

const dark: Palette = {
  paper: '#18111c',
  surface: '#221927',
  ink: '#f6eef4',
  muted: '#bcafc1',
  line: '#3a2d40',
  edge: '#8b7d92',
  accent: '#f2a5cf',
  onAccent: '#35092a',
  accentSoft: '#46203a',
  sun: '#efb45d',
  sunSoft: '#443318',
  leaf: '#8fd0b6',
  leafSoft: '#1d3b31',
  alarm: '#ffb0a4',
  alarmSoft: '#4d201b',
}

export const community = {
  name: 'Women Defining AI',
  shortName: 'WDAI',
  language: 'en',
  contact: 'hello@womendefiningai.example',
  description:
    'A nonprofit community of women who use, build and question artificial intelligence, and who help each other do it well.',

  colours: { light, dark },

  navigation: {
    main: [
      { label: 'Directory', href: '/directory/' },
      { label: 'Donate', href: '/donate/' },
      { label: 'Account', href: '/account/' },
    ],
    join: { label: 'Join', href: '/join/' },
  },

  home: {
    title: 'AI is being defined now. Be one of the women defining it.',
    lead: 'We are engineers and teachers, nurses and founders, artists and bankers. We learn AI together, lend each other a hand, and say out loud what it should become.',
    benefitsTitle: 'What membership gives you',
    benefits: [
      {
        title: 'People to ask',
        text: 'A directory of members who said they want to be found. Search by craft, place or question, and write to someone who has been there.',
      },
      {
        title: 'A place to practise',
        text: 'Working sessions, dinners and demos where nobody sells anything, and where “I do not know” is a good way to begin.',
      },
      {
        title: 'Things worth keeping',
        text: 'Talks, guides and templates made by members, kept in one place and kept up to date.',
      },
      {
        title: 'A say',
        text: 'Members choose the topics, lead the circles and decide what we stand for. There are no spectators.',
      },
    ],
    promise: 'Bring the question you have not dared to ask. Somebody here asked it last year.',
    tiersTitle: 'Choose how you join',
    tiersLead:
      'Every tier opens every door. They differ in how you pay, and in what you make possible.',
    donateTitle: 'Not the moment to join?',
    donateText: 'A gift of any size pays for places for women who could not come otherwise.',
  },

  /** How each tier is presented; names, descriptions and prices come from the database. */
  tiers: {
    monthly: { mark: '' },
    annual: { mark: 'Our suggestion' },
    donor_annual: { mark: '' },
  },

  join: {
    title: 'Join us',
    lead: 'Pick a tier. You pay on Stripe’s page; your card never touches ours.',
    smallPrint: [
      'Your membership renews by itself at the price you see until you cancel. You can cancel at any time on your account page, and it stays yours through the last day you paid for.',
      'Stripe takes the payment and mails the receipt. We learn your name, your address and whether you paid; we never see your card.',
      'Other members find you only after you have said that they may.',
    ],
  },

  donate: {
    title: 'Give someone a place',
    lead: 'Every gift goes into places for women who could not pay, and into keeping our gatherings free of sponsors.',
    currency: 'usd',
    /** Suggested amounts, in whole units of the currency. */
    amounts: [10, 25, 50, 100],
    suggested: 25,
    minimum: 1,
    maximum: 10_000,
    smallPrint: [
      'Stripe mails a receipt at once. A monthly gift can be stopped at any time on your account page.',
      'Giving does not make you a member, and being a member does not ask you to give.',
    ],
  },

  welcome: {
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
  },

  thankYou: {
    title: 'Thank you.',
    lead: 'Your gift arrived, and it will be somebody’s place at the table. Stripe is mailing you the receipt now.',
  },

  footer: 'A nonprofit. Run by its members, paid for by its members.',
} as const
