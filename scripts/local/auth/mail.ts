import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Mailbox } from '../mailbox.ts'
import type { Project } from '../project.ts'
import { repository } from '../run-folder.ts'
import type { Issued } from './one-time.ts'

export interface MailSettings {
  mailbox: Mailbox
  project: Project
  siteUrl: string
  /** `<gateway>/auth/v1`: where hosted's own confirmation link would point. */
  authUrl: string
}

export type MailKind = 'confirmation' | 'magic_link' | 'recovery' | 'invite' | 'email_change'

/** The verification type that a mail of this kind is answered with. */
export const verificationOf: Record<MailKind, string> = {
  confirmation: 'email',
  magic_link: 'email',
  recovery: 'recovery',
  invite: 'invite',
  email_change: 'email_change',
}

const plain = {
  subject: 'Your code',
  html: '<p>Your code: {{ .Token }}</p><p><a href="{{ .ConfirmationURL }}">Confirm</a></p>',
}

/**
 * Fills the project's own mail templates, the ones that hosted sends, and puts the mail into the
 * mailbox. The first link of the template is the one that the mailbox offers.
 */
export function createMail({ mailbox, project, siteUrl, authUrl }: MailSettings) {
  function template(kind: MailKind): { subject: string; html: string } {
    const own = project.auth.email.template[kind]
    if (!own) return plain
    return { subject: own.subject, html: readFileSync(join(repository, own.content_path), 'utf8') }
  }

  return function send(
    kind: MailKind,
    mail: { to: string; issued: Issued; redirectTo: string; newEmail?: string; data: object },
  ): void {
    const { to, issued, redirectTo } = mail
    const query = new URLSearchParams({
      token: issued.hash,
      type: kind === 'magic_link' ? 'magiclink' : kind === 'confirmation' ? 'signup' : kind,
      redirect_to: redirectTo,
    })
    const values: Record<string, string> = {
      Token: issued.code,
      TokenHash: issued.hash,
      SiteURL: siteUrl,
      RedirectTo: redirectTo,
      Email: to,
      NewEmail: mail.newEmail ?? '',
      ConfirmationURL: `${authUrl}/verify?${query}`,
    }
    const fill = (text: string) =>
      text.replace(/\{\{\s*\.(\w+)\s*\}\}/g, (_whole, name: string) => values[name] ?? '')
    const { subject, html } = template(kind)
    const filled = fill(html)
    const link = /href="([^"]+)"/.exec(filled)?.[1]?.replaceAll('&amp;', '&')
    mailbox.deliver({
      to,
      subject: fill(subject),
      html: filled,
      code: issued.code,
      ...(link ? { link } : {}),
    })
  }
}

export type Send = ReturnType<typeof createMail>
