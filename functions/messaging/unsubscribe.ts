import { required } from '../_shared/env.ts'
import type { Ctx } from '../_shared/http.ts'
import { Refusal } from '../_shared/problems.ts'
import { sha256 } from '../_shared/secrets.ts'
import type { DoorDeps } from './deps.ts'

const WORD = /^[\w-]{43}$/

function wordOf(c: Ctx): string {
  const word = c.req.param('word') ?? ''
  if (!WORD.test(word)) {
    throw new Refusal(404, 'This link does not stop any mails', {
      remedy: 'It may not be whole. Open it from the mail again.',
    })
  }
  return word
}

/** Mail scanners open links, so a GET changes nothing: it leads to the page with the button. */
export function showUnsubscribe(c: Ctx, deps: DoorDeps): Response {
  // Behind the #, so that it stands in nobody's log.
  const page = new URL(`/unsubscribe/#${wordOf(c)}`, required(deps.env, 'SITE_URL'))
  c.header('cache-control', 'no-store')
  return c.redirect(page.href, 303)
}

/**
 * Stops the mails that a member does not need: by the button of a mail program (RFC 8058 posts a form), or by the
 * page of the site. The word in the address is all that it takes. Twice is fine.
 */
export async function unsubscribe(c: Ctx, deps: DoorDeps): Promise<Response> {
  const key = sha256(wordOf(c))
  const isPage = c.req.header('content-type')?.startsWith('application/json') ?? false
  const source = isPage ? 'The page of a link in a mail' : 'The button of a mail program'
  const [row] = await deps.sql()<{ outcome: string }[]>`
    select private.unsubscribe(${key}, ${source}, ${c.get('correlationId')}) as outcome`
  const { outcome } = row!
  c.get('log').info('unsubscribe', { outcome, by: isPage ? 'page' : 'mail program' })
  return c.json({ outcome })
}
