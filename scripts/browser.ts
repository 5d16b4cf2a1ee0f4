import { createClient, type Session } from '@supabase/supabase-js'
import { type Browser, type BrowserContext, chromium } from 'playwright-core'

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Visits are short: a process for each of them costs more than they do.
  '--renderer-process-limit=1',
]

/** Debian's headless browser, or the one that CHROMIUM names. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell',
    args: flags,
  })

export interface Project {
  api: string
  publishable: string
  secret: string
}

/** Signs somebody in without mail, as only the holder of the secret key can. */
export async function openSession(project: Project, email: string): Promise<Session> {
  const options = { auth: { persistSession: false, autoRefreshToken: false } }
  const admin = createClient(project.api, project.secret, options)
  const link = await admin.auth.admin.generateLink({ type: 'magiclink', email })
  if (link.error) throw link.error
  const { data, error } = await createClient(
    project.api,
    project.publishable,
    options,
  ).auth.verifyOtp({ type: 'email', token_hash: link.data.properties.hashed_token })
  if (error) throw error
  if (!data.session) throw new Error(`The link for ${email} opened no session.`)
  return data.session
}

/** Puts a session where the site keeps it, before any page of this browser opens. */
export async function carrySession(context: BrowserContext, session: object): Promise<void> {
  await context.addInitScript((kept) => {
    if (location.protocol !== 'about:' && !localStorage.getItem('commons-session'))
      localStorage.setItem('commons-session', kept)
  }, JSON.stringify(session))
}
