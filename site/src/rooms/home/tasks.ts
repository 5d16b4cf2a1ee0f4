/** Something that makes a new member at home, and where she does it. */
export interface OfferedTask {
  task: string
  title: string
  text: string
  href: string | undefined
}

/** Where the profile page answers each of them. */
const places: Record<string, string> = {
  profile: 'field-headline',
  picture: 'picture-label',
  interests: 'interests-count',
  visibility: 'profile',
}

/** What the home page may ask for, in order. The way into Slack is for her eyes only, so it comes with her data. */
export function offeredTasks(portal: {
  tasks: Record<string, { title: string; text: string }>
}): OfferedTask[] {
  return Object.entries(portal.tasks).map(([task, words]) => {
    const place = places[task]
    return { task, ...words, href: place && `/account/profile/#${place}` }
  })
}
