/** What membership gives and asks, and the questions that come before joining. */
export const membership = {
  title: 'What membership gives, and what it asks',
  description:
    'The directory, the gatherings, the library and a say: what members of our community get, what we expect of each other, and answers to what people ask before they join.',
  lead: 'One membership, every door open. You get people to ask, things to learn from and a vote; we ask you to be kind, curious and honest about what you do not know.',
  gives: [
    {
      title: 'The directory',
      text: 'Find a member by what she does, where she lives or what she can help with. Everyone in it chose to be there, field by field; nobody’s address is shown.',
    },
    {
      title: 'Gatherings',
      text: 'Working sessions, dinners, demos and reading circles, online and in the cities where members live. Some are open to all; most are among ourselves, because that is where people say what they think.',
    },
    {
      title: 'The library',
      text: 'Recorded talks with captions, guides, templates and the links that members keep coming back to. Leaders look after each piece, and what is out of date is taken down.',
    },
    {
      title: 'The conversation',
      text: 'Our Slack: questions at nine in the morning, answers by lunch, from somebody who did it last month and remembers what went wrong.',
    },
    {
      title: 'A mailing worth opening',
      text: 'What is coming up and what members made. No sponsors in it. One click and it stops, without ending your membership.',
    },
    {
      title: 'A vote, and a hand on the wheel',
      text: 'Members choose topics, start circles and become leaders. If you want something to exist here, you are allowed to begin it.',
    },
  ],
  expectsTitle: 'What we ask of each other',
  expects: [
    {
      title: 'Ask, and answer',
      text: 'Nobody keeps score. Over a year you will do both.',
    },
    {
      title: 'Leave the pitch at the door',
      text: 'Tell us what you are building. Do not sell it to the person who came to learn.',
    },
    {
      title: 'What is said here stays here',
      text: 'Quote an idea, not a person. Ask before you share a screenshot, a name or a recording.',
    },
    {
      title: 'Be precise, be kind',
      text: 'We disagree about AI, often and on purpose. We argue with the claim and look after the person.',
    },
    {
      title: 'Say when something is wrong',
      text: 'With the work, with the room or with us. A leader answers, and what you write is kept between you.',
    },
  ],
  tiersTitle: 'What it costs',
  tiersLead: 'The same membership in three sizes of payment.',
  questionsTitle: 'Before you join',
  questions: [
    {
      id: 'who',
      ask: 'Who can join?',
      answer: [
        'Women, in every sense that you mean it about yourself, and nonbinary people who feel at home among women. You do not need to work in technology, and you do not need to like AI.',
      ],
    },
    {
      id: 'level',
      ask: 'Do I have to know something about AI already?',
      answer: [
        'No. Much of what happens here is people explaining a thing they understood last week. If you know a lot, you will be asked to do the explaining.',
      ],
    },
    {
      id: 'tiers',
      ask: 'What is the difference between the tiers?',
      answer: [
        'Only the payment. Monthly is for trying. Annual is the same for less, and saves us fees. The donor tier costs more than it has to, and the difference pays for places for others.',
      ],
    },
    {
      id: 'cannot-pay',
      ask: 'What if I cannot pay?',
      answer: [
        'Write to us. Gifts pay for places, there is no form about your income, and nobody in the community can see how you came.',
      ],
    },
    {
      id: 'leaving',
      ask: 'How do I leave?',
      answer: [
        'Open your account, press “Cancel my membership”, read what ends when, and confirm on Stripe’s page. A reason is optional. Your membership stays yours through the last day you paid for, and then nothing more is charged.',
        'You can also delete everything we hold about you. That is a separate button on the page “My data”, and it says exactly what will happen before it does.',
      ],
    },
    {
      id: 'refunds',
      ask: 'Can I have my money back?',
      answer: [
        'If you joined by mistake, or a renewal surprised you, write to us soon and we pay it back. People decide this, not a form.',
      ],
    },
    {
      id: 'visible',
      ask: 'Who can see me?',
      answer: [
        'Nobody, until you say so. Then other members see the fields that you leave open, leaders see those you open to leaders, and the public never sees any. Your e-mail address is shown to no member at all.',
      ],
    },
    {
      id: 'card',
      ask: 'Is my card safe with you?',
      answer: [
        'It never reaches us. You pay on Stripe’s page; we are told that you paid, and which membership it was for.',
      ],
    },
  ],
  lastTitle: 'Still unsure?',
  lastText: 'Come to an open gathering first, or ask us anything.',
} as const
