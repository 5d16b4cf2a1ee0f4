/** The page for those who connect a program. Apart from the words in community.config.ts, which every gated page loads. What there is to call comes from the catalogue of operations, not from here. */
export const developers = {
  title: 'For programs, and those who write them',
  description:
    'How an agent or a script works for the community: its key and scopes, every operation with examples, tools over MCP, and what it never gets.',
  lead: 'An assistant can find who slips away, a script can close the month’s books, and neither can do more than its key allows. The database checks each call and writes it down.',
  steps: [
    {
      title: 'Ask for a key',
      text: 'An admin makes one for a purpose, with the scopes that it needs and a day on which it ends. Ask for a practice key first: it sees what a real one sees, and what it writes is done and undone at once.',
    },
    {
      title: 'Say hello',
      text: 'One call shows what the key is, what it may do, and what is left of its limits today.',
    },
    {
      title: 'Connect an assistant',
      text: 'Paste one of the blocks below. It finds the same operations as tools, under the same key and nothing else.',
    },
  ],
  never: [
    'E-mail addresses, phone numbers or secrets, in any answer.',
    'The right to send a campaign, publish an event, or approve what it proposed itself.',
    'A query of its own: there are these operations, and no other way in.',
  ],
} as const
