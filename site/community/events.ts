/** The page of public events. What stands on it comes from the database. */
export const events = {
  title: 'Gatherings open to everybody',
  description:
    'Working sessions, dinners and talks of our community that you can come to without being a member.',
  lead: 'You need no membership, no laptop and no opinion. Times are given where the gathering is.',
  noneTitle: 'Nothing public is planned just now',
  noneText:
    'Between open gatherings we meet among ourselves. Subscribe to the calendar, and the next one comes to you; or join, and come to all of them.',
  allLabel: 'All public events',
  feedsTitle: 'Take the calendar with you',
  feedsText:
    'Add the address of the calendar to yours, and new gatherings appear in it by themselves.',
  membersTitle: 'Members meet more often',
  membersText: 'Circles, dinners and working sessions among ourselves are listed after signing in.',
} as const
