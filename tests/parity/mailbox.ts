import { expect } from 'vitest'
import { target } from './support.ts'

export interface Mail {
  code: string
  tokenHash: string
}

interface Summary {
  ID: string
}

/** The newest mail to an address as HTML: from our own mailbox, or from Mailpit of `supabase start`. */
async function newest(mailbox: string, email: string): Promise<string | undefined> {
  const own = await fetch(`${mailbox}/api/messages?to=${encodeURIComponent(email)}`)
  if (own.ok) {
    const [first] = (await own.json()) as { html: string }[]
    return first?.html
  }
  const query = encodeURIComponent(`to:"${email}"`)
  const found = await fetch(`${mailbox}/api/v1/search?query=${query}`)
  const { messages } = (await found.json()) as { messages: Summary[] }
  if (!messages[0]) return undefined
  const mail = await fetch(`${mailbox}/api/v1/message/${messages[0].ID}`)
  return ((await mail.json()) as { HTML: string }).HTML
}

/** Waits for a mail to an address and reads the code and the token hash out of it. */
export async function mailTo(email: string): Promise<Mail> {
  const mailbox = target.mailbox ?? ''
  let html: string | undefined
  await expect
    .poll(async () => {
      html = await newest(mailbox, email)
      return html
    })
    .toBeDefined()
  const code = />\s*(\d{6})\s*</.exec(html ?? '')?.[1]
  const tokenHash = /token_hash=([\w-]+)/.exec(html ?? '')?.[1]
  if (!code || !tokenHash) throw new Error('the mail carries no code or no link')
  return { code, tokenHash }
}
