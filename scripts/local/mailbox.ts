import { serveHttp } from './http.ts'
import { mailboxPage, messagePage } from './mailbox-pages.ts'

export interface Message {
  id: string
  to: string
  subject: string
  html: string
  /** The code and the link that the mail carries, for tests and for the list. */
  code?: string
  link?: string
  at: string
}

export interface Mailbox {
  deliver(message: Omit<Message, 'id' | 'at'>): void
  /** Newest first; of one address when it is given. */
  messages(to?: string): Message[]
  clear(): void
}

/** Mail that would have been sent, kept in memory. */
export function createMailbox(now: () => Date): Mailbox {
  let kept: Message[] = []
  let last = 0
  return {
    deliver(message) {
      last += 1
      kept = [{ ...message, id: String(last), at: now().toISOString() }, ...kept].slice(0, 500)
    },
    messages: (to) => (to ? kept.filter((message) => message.to === to.toLowerCase()) : kept),
    clear() {
      kept = []
    },
  }
}

const page = (html: string) =>
  new Response(html, { headers: { 'content-type': 'text/html; charset=utf-8' } })

/** The mailbox's pages and its small API: `GET /api/messages?to=`, `DELETE /api/messages`. */
export function serveMailbox(port: number, mailbox: Mailbox) {
  return serveHttp(port, (request) => {
    const { pathname, searchParams } = new URL(request.url)
    const to = searchParams.get('to') ?? undefined
    if (pathname === '/api/messages') {
      if (request.method !== 'DELETE') return Response.json(mailbox.messages(to))
      mailbox.clear()
      return new Response(null, { status: 204 })
    }
    if (pathname === '/') return page(mailboxPage(mailbox.messages(to), to))
    const message = mailbox.messages().find(({ id }) => pathname.startsWith(`/message/${id}`))
    if (!message) return new Response('No such message', { status: 404 })
    // The mail itself is shown in a frame, so that its styles and ours stay apart.
    return page(pathname.endsWith('/body') ? message.html : messagePage(message))
  })
}
