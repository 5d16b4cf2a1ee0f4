import { knock } from '../../lib/doors.ts'

/** Stops the mails that she does not need, by the word in the link of one. Throws a Problem when it stops none. */
export async function stopMails(word: string): Promise<void> {
  await knock(`messaging/unsubscribe/${encodeURIComponent(word)}`, {})
}
