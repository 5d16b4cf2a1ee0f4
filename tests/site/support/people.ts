import { randomUUID } from 'node:crypto'
import type { Page } from 'playwright-core'
import type { Site } from './site.ts'

export interface Listed {
  name: string
  headline?: string
  bio?: string
  location?: string
  offers?: string
  seeks?: string
  interests?: string[]
  links?: string[]
  linkedin_url?: string | null
  hidden_fields?: string[]
  leader_fields?: string[]
  is_visible?: boolean
  /** Her access ended long ago. */
  left?: boolean
}

/** Puts people into the directory, without sign-ins. Returns their ids by name; leave() takes them out again. */
export async function listPeople(site: Site, people: Listed[]) {
  const ids = new Map<string, string>()
  for (const { name, is_visible = true, left = false, ...texts } of people) {
    const id = randomUUID()
    ids.set(name, id)
    const row = { member_id: id, name, is_visible, ...texts }
    await site.sql`insert into public.members (id, origin) values (${id}, 'import')`
    await site.sql`insert into public.profiles ${site.sql(row as unknown as Record<string, string>)}`
    const until = left ? '2026-01-01' : 'infinity'
    await site.sql`insert into public.memberships (member_id, tier, status, cancel_at_period_end, access_until, member_since)
      values (${id}, 'monthly', 'active', false, ${until}::text::timestamptz, '2026-01-01')`
    await site.sql`select private.note_access(${id}, ${until}::text::timestamptz)`
  }
  return {
    id: (name: string): string => ids.get(name) ?? '',
    leave: () => site.sql`delete from public.members where id = any (${[...ids.values()]})`,
  }
}

/** Notes what a profile holds, to put it back after tests that change it. */
export async function keepProfile(site: Site, name: string): Promise<() => Promise<void>> {
  const [row] = await site.sql`
    select member_id, name, headline, bio, location, linkedin_url, links, offers, seeks, interests, picture, is_visible,
           hidden_fields, leader_fields
      from public.profiles where name = ${name}`
  const { member_id, ...held } = row!
  return async () => {
    await site.sql`update public.profiles set ${site.sql(held)} where member_id = ${member_id}`
  }
}

/** The names on the cards, in order. */
export const shownNames = (page: Page): Promise<string[]> =>
  page.locator('.person [data-name]').allTextContents()

/** Everything that the Data API and Storage answer to a page, as text. */
export function overhear(page: Page, api: string): () => Promise<string> {
  const answers: Promise<string>[] = []
  page.on('response', (response) => {
    const path = response.url().startsWith(api) ? response.url().slice(api.length) : ''
    if (path.startsWith('/rest/') || path.startsWith('/storage/'))
      answers.push(response.text().catch(() => ''))
  })
  return async () => (await Promise.all(answers)).join('\n')
}

/** How far a page can be pushed sideways, in pixels. */
export const sideways = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
