/** The front page. Prices and events on it come from the database. */
export const home = {
  title: 'AI is being defined now. Be one of the women defining it.',
  lead: 'We are engineers and teachers, nurses and founders, artists and bankers. We learn AI together, lend each other a hand, and say out loud what it should become.',
  /** Who and what at a glance; how much comes from the database. */
  glance: [
    { term: 'Who', text: 'Women of every craft, beginners very much included.' },
    { term: 'What', text: 'People to ask, gatherings, a library and a vote.' },
  ],
  costTerm: 'How much',
  costAfter: 'Leave when you like.',
  eventsTitle: 'Come before you join',
  eventsLead: 'These gatherings are open to everybody. Bring a friend, or a doubt.',
  eventsNone:
    'No open gathering stands in the calendar this week. Members meet in between; the next open one will be listed here.',
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
  promise: 'Bring the question you have not dared to ask. Somebody here has asked it before you.',
  proofTitle: 'Do not take our word for it',
  proof: [
    {
      title: 'What we hold about you',
      text: 'Our privacy page is written by the database itself: every field, why it is there, how long, and who sees it.',
      link: { label: 'Read the list', href: '/privacy/' },
    },
    {
      title: 'How you leave',
      text: 'One button on your account page, one on Stripe’s, no phone call. We say first what ends when. You stay through the last day you paid for.',
      link: { label: 'How leaving works', href: '/membership/#leaving' },
    },
    {
      title: 'Who pays for this',
      text: 'Dues and gifts. No sponsor buys a stage, an attendee list or a say, and none ever has to be thanked from the podium.',
      link: { label: 'How we are run', href: '/about/#run' },
    },
  ],
  tiersTitle: 'Choose how you join',
  tiersLead:
    'Every tier opens every door. They differ in how you pay, and in what you make possible.',
  donateTitle: 'Not the moment to join?',
  donateText: 'A gift of any size pays for places for women who could not come otherwise.',
} as const
