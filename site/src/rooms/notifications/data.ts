import { answerOrNull, unwrap } from '../../lib/problem.ts'
import { db } from '../../lib/supabase.ts'

export type Channel = 'email' | 'slack' | 'whatsapp'

/** One answer of hers: yes or no, when and where she gave it. */
export interface Consent {
  granted: boolean
  at: string
  source: string
}

export interface Consents {
  email: string
  phone: string | null
  /** What Mailchimp, which sends the mails, holds of her; null: nothing yet. */
  mailchimp: { state: string; email: string | null; remedy: string | null } | null
  channels: { channel: Channel; history: Consent[] }[]
}

/** Her answers about every channel, newest first; null for who is no member yet. */
export async function readConsents(): Promise<Consents | null> {
  return answerOrNull<Consents>(await db.rpc('my_consents'))
}

/** Records her answer about a channel. */
export async function setConsent(channel: Channel, granted: boolean): Promise<void> {
  const answer = await db.rpc('set_consent', { channel, granted })
  if (answer.error) unwrap(answer)
}
