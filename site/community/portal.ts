/** Words of the member's home page. */
export const portal = {
  /** What the home page asks a member to do, one at a time. */
  tasks: {
    profile: {
      title: 'Say who you are',
      text: 'One line and a few sentences, so that people know what to ask you.',
    },
    picture: { title: 'Add a picture', text: 'A face is easier to write to than two letters.' },
    interests: {
      title: 'Choose your topics',
      text: 'They are how people of the same mind find each other here.',
    },
    visibility: {
      title: 'Decide who may find you',
      text: 'Other members see you only after you have said yes.',
    },
    slack: {
      title: 'Join us on Slack',
      text: 'Where the conversation goes on between gatherings.',
    },
  },
} as const
