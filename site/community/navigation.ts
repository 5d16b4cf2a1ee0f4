/** What the headers of the public and of the members' pages lead to, and the footer of the public ones. */
export const navigation = {
  main: [
    { label: 'Membership', href: '/membership/' },
    { label: 'Events', href: '/events/' },
    { label: 'About', href: '/about/' },
    { label: 'Donate', href: '/donate/' },
  ],
  signIn: { label: 'Sign in', href: '/sign-in/' },
  join: { label: 'Join', href: '/join/' },
  /** The members' rooms. A phone shows them beside each other at its lower edge: five at most, one short word each. */
  portal: [
    { label: 'Home', href: '/home/', icon: 'home' },
    { label: 'Directory', href: '/directory/', icon: 'people' },
    { label: 'Resources', href: '/resources/', icon: 'resources' },
    { label: 'Calendar', href: '/calendar/', icon: 'events' },
    { label: 'Account', href: '/account/', icon: 'account' },
  ],
  lead: { label: 'Lead', href: '/lead/events/', under: ['/lead/', '/admin/'] },
  leading: [
    { label: 'Events', href: '/lead/events/' },
    { label: 'Resources', href: '/lead/resources/' },
  ],
  /** For admins, after the rooms of leaders. */
  admin: [{ label: 'Agents', href: '/admin/proposals/' }],
  account: [
    { label: 'Membership', href: '/account/' },
    { label: 'Profile', href: '/account/profile/' },
    { label: 'Notifications', href: '/account/notifications/' },
    { label: 'My data', href: '/account/data/' },
  ],
  footer: [
    {
      title: 'The community',
      links: [
        { label: 'What membership gives', href: '/membership/' },
        { label: 'About us', href: '/about/' },
        { label: 'Public events', href: '/events/' },
      ],
    },
    {
      title: 'Take part',
      links: [
        { label: 'Join', href: '/join/' },
        { label: 'Give someone a place', href: '/donate/' },
        { label: 'Sign in', href: '/sign-in/' },
      ],
    },
    {
      title: 'Plain dealing',
      links: [
        { label: 'What we hold about you', href: '/privacy/' },
        { label: 'Contact', href: '/contact/' },
        { label: 'For programs', href: '/developers/' },
      ],
    },
  ],
} as const
