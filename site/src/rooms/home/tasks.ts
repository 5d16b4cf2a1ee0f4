/** Something that makes a new member at home, and where she does it. */
export interface OfferedTask {
  task: string
  title: string
  text: string
  href: string
}

/** Where the profile page answers each of them. */
const places: Record<string, string> = {
  profile: 'field-headline',
  picture: 'picture-label',
  interests: 'interests-count',
  visibility: 'profile',
}

/** What the home page may ask for, in order: joining Slack only where the community has an invitation to it. */
export function offeredTasks(portal: {
  slack: string
  tasks: Record<string, { title: string; text: string }>
}): OfferedTask[] {
  return Object.entries(portal.tasks).flatMap(([task, words]) => {
    const href = task === 'slack' ? portal.slack : `/account/profile/#${places[task] ?? ''}`
    return href ? [{ task, ...words, href }] : []
  })
}
