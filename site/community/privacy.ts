/** The frame of the privacy page. The list itself is read from the database's own comments at build time. */
export const privacy = {
  title: 'What we hold about you',
  description:
    'Every field that we keep about members, givers and visitors: what it is, why, how long and who sees it. Written by the database itself.',
  lead: 'This list is not a promise about a database. It is the database: each line below is the comment that stands on the field itself, read when this page was made. “She” in it is you.',
  whyLabel: 'Why',
  keptLabel: 'How long',
  seenLabel: 'Who sees it',
  /** After the number of fields that the list has. */
  counted: 'fields, each with its reason. Open what concerns you.',
  none: 'The list is read when the site is built, and this copy was built without a database.',
  processorsTitle: 'Who works for us, and what they learn',
  processorsLead:
    'Seven services do what we cannot do ourselves. Each learns what its work needs, and may use it for nothing else.',
  processors: [
    {
      name: 'Supabase',
      does: 'houses the database',
      learns:
        'It keeps everything in the list above on its machines for us, and your e-mail address passes through it when a sign-in code is sent.',
      where: 'https://supabase.com/privacy',
    },
    {
      name: 'Stripe',
      does: 'takes payments',
      learns:
        'Your name, e-mail address, card and billing address, which you type on its page. We learn who paid, for what and until when.',
      where: 'https://stripe.com/privacy',
    },
    {
      name: 'Mailchimp',
      does: 'sends our newsletter',
      learns:
        'Your name, e-mail address, whether your membership is active, and whether you opened a mail. When you leave the list it keeps only that you left.',
      where: 'https://www.intuit.com/privacy/statement/',
    },
    {
      name: 'Resend',
      does: 'delivers the mails that we write ourselves',
      learns:
        'Your first name, your e-mail address and what the mail says: an answer about a gathering, a payment that failed. It tells us whether the mail arrived, not whether you opened it.',
      where: 'https://resend.com/legal/privacy-policy',
    },
    {
      name: 'Luma',
      does: 'keeps guest lists of gatherings',
      learns:
        'Your name, e-mail address and answers when you sign up for a gathering, and whether you came. From us it learns whether you may come.',
      where: 'https://luma.com/privacy-policy',
    },
    {
      name: 'Slack',
      does: 'carries our conversation',
      learns:
        'Your name, e-mail address, and what you write there. We learn whether you have an account there, under which name, and whether it is active, not what you write. We may write to you there about a gathering or a payment.',
      where: 'https://slack.com/trust/privacy/privacy-policy',
    },
    {
      name: 'Vimeo',
      does: 'plays recorded talks',
      learns:
        'Your browser’s address, and only after you press play. It is not told who you are, and is asked not to track you.',
      where: 'https://vimeo.com/privacy',
    },
  ],
  rightsTitle: 'What you can do about it',
  rights: [
    {
      title: 'See it',
      text: 'Download everything we hold about you, as a page to read and as a file for machines.',
      link: { label: 'Download my data', href: '/account/data/' },
    },
    {
      title: 'Correct it',
      text: 'Change what is on your profile yourself; for the rest, write to us.',
      link: { label: 'Edit my profile', href: '/account/profile/' },
    },
    {
      title: 'Stop it',
      text: 'Turn each kind of message off on its own. It does not end your membership.',
      link: { label: 'Choose my notifications', href: '/account/notifications/' },
    },
    {
      title: 'Delete it',
      text: 'Erase your account here, at Stripe and at Mailchimp, and give back your places at gatherings to come; your accounts at Slack and Luma are yours to close, and we say where. Payments stay in the books without your name, because the law asks for books.',
      link: { label: 'Delete my account', href: '/account/data/' },
    },
  ],
  rightsLast:
    'Not a member, or locked out? Write to us from the address in question, and a person does it for you within 30 days. You may also complain to the data protection authority where you live; we would rather hear it first.',
  quietTitle: 'What we do not do',
  quiet:
    'These pages set no cookies, count no visitors and load nothing from anybody else. When you sign in, your browser keeps a key to your session, and drops it when you sign out.',
} as const
