import type { Sql } from 'postgres'

const event = (number: number) =>
  `00000000-0000-4000-9000-0000000000${String(number).padStart(2, '0')}`

/** Who registers for which of the seed's gatherings: its people, and some whom nobody knows. */
const registrations: Record<string, string[]> = {
  [event(1)]: ['ada', 'demo02', 'demo05', 'demo09', 'demo17'],
  [event(2)]: [
    'ada',
    'bea',
    'dot',
    'cyn',
    'demo01',
    'demo03',
    'demo06',
    'demo11',
    'demo12',
    'nadia',
    'ruth',
  ],
  [event(5)]: ['ada', 'dot', 'demo07', 'demo10', 'paula'],
}
const strangers: Record<string, string> = {
  nadia: 'Nadia Blum',
  ruth: 'Ruth Castle',
  paula: 'Paula Reis',
}

/** Asks until the answer is there; undefined when it does not come within half a minute. */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T | undefined> {
  const end = Date.now() + 30_000
  for (;;) {
    const answer = await ask()
    if (answer !== undefined || Date.now() > end) return answer
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

/**
 * Fills the guest lists of the demo as people do at Luma, once its gatherings are there: a webhook each, and each guest
 * is decided by the rule. The seed cannot do it, because Luma gives the numbers.
 */
export async function fillGuestLists(sql: Sql, luma: string): Promise<void> {
  const names = new Map(
    (
      await sql<{ email: string; name: string }[]>`
        select e.email, p.name from public.member_emails e join public.profiles p using (member_id)`
    ).map(({ email, name }) => [email, name]),
  )
  for (const [id, people] of Object.entries(registrations)) {
    const live = await until(async () => {
      const [row] = await sql<{ luma_id: string }[]>`
        select luma_id from private.luma_events where event_id = ${id} and state = 'live'`
      return row?.luma_id
    })
    if (!live) continue
    for (const who of people) {
      const email = `${who}@example.org`
      const name = names.get(email) ?? strangers[who] ?? 'A guest'
      const answer = await fetch(`${luma}/_sandbox/luma/register`, {
        method: 'POST',
        body: JSON.stringify({ event: live, email, name, answers: {} }),
      })
      if (!answer.ok) throw new Error(`The demo's guests: ${await answer.text()}`)
    }
  }
}
