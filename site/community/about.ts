/** Mission, how the community is run, and the people to write to. */
export const about = {
  title: 'A room of our own, in the middle of it',
  description: 'Why our nonprofit exists, how it is run and paid for, and who looks after it.',
  lead: 'The systems that will decide who is hired, treated, insured and believed are being written this decade. We think the women who live with them should be among those who write them.',
  mission: [
    'So we made a place to learn the craft without pretending: to try the tools on real work, to say where they fail, and to carry what we learn back into hospitals, schools, companies, courts and kitchens.',
    'We are for neither the hype nor the despair. We are for knowing what one is talking about.',
  ],
  beliefsTitle: 'What we hold to',
  beliefs: [
    {
      title: 'Practice before opinion',
      text: 'Try it on your own work first. Then argue.',
    },
    {
      title: 'Every craft counts',
      text: 'A nurse who knows what an alert costs at four in the morning knows something no benchmark does.',
    },
    {
      title: 'Teach what you just learned',
      text: 'The best explanation comes from the person who was confused last.',
    },
  ],
  runTitle: 'How we are run',
  run: [
    {
      title: 'A nonprofit',
      text: 'Nobody owns us, and nobody can sell us. What is left at the end of a year goes into the next one.',
    },
    {
      title: 'Paid for by its members',
      text: 'Dues carry the work; gifts carry the places of those who cannot pay. No advertising, no sponsors on stage, no selling of lists.',
    },
    {
      title: 'Led by members',
      text: 'Leaders are members who look after a circle, a city or a shelf of the library. They see what they need for that and no more.',
    },
    {
      title: 'Open about what it holds',
      text: 'Every change that touches a member is written down with its reason. What we hold about you is listed in public, and yours to download or delete.',
    },
  ],
  teamTitle: 'Who looks after it',
  teamLead: 'Tiles instead of portraits: here, nobody has to be looked at to be heard.',
  team: [
    {
      name: 'Lea Novak',
      role: 'Community lead',
      text: 'Welcomes newcomers, plans the gatherings and answers within a day. Write to her when something is unclear: it is usually unclear to others too.',
    },
    {
      name: 'Kim Tran',
      role: 'Engineer and administrator',
      text: 'Keeps the site, the payments and the data honest, and reads the audit log with her coffee.',
    },
  ],
  joinTitle: 'There is a chair left',
  joinText: 'There always is. That is rather the point.',
} as const
