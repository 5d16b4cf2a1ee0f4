import type { Database } from '../../../../supabase/database.types.ts'
import { unwrap } from '../../lib/problem.ts'
import { db } from '../../lib/supabase.ts'

export type Kind = Database['public']['Enums']['resource_kind']
export type Mark = Database['public']['Enums']['resource_mark']
/** One's own lists. */
export type List = Mark | 'unwatched'

/** What the resources are filtered by; empty strings for nothing. */
export interface Filters {
  search: string
  kind: Kind | ''
  topic: string
  list: List | ''
}

type Row = Database['public']['Functions']['find_resources']['Returns'][number]
/** Generated types take every column of a function for present; these may be missing. */
export type Resource = Omit<
  Row,
  'duration_seconds' | 'file_type' | 'file_size' | 'url' | 'saved_at' | 'watched_at'
> & {
  duration_seconds: number | null
  file_type: string | null
  file_size: number | null
  url: string | null
  saved_at: string | null
  watched_at: string | null
}

/** One page of resources, after a given one. Throws a Problem with status 403 for who is not entitled. */
export async function findResources(
  filters: Filters,
  page: { after: Resource | undefined; size: number },
  signal: AbortSignal,
) {
  const { search, kind, topic, list } = filters
  const { after, size } = page
  const rows: Resource[] = unwrap(
    await db
      .rpc('find_resources', {
        size: size + 1,
        ...(search ? { search } : {}),
        ...(kind ? { of_kind: kind } : {}),
        ...(topic ? { topic } : {}),
        ...(list ? { mark: list } : {}),
        ...(after
          ? { after_rank: after.rank, after_published: after.published_at, after_id: after.id }
          : {}),
      })
      .abortSignal(signal),
  )
  return { items: rows.slice(0, size), more: rows.length > size }
}

type PageRow = Database['public']['Functions']['resource_page']['Returns'][number]
export type ResourcePage = { [Key in keyof PageRow]: PageRow[Key] | null } & {
  id: string
  kind: Kind
  title: string
  summary: string
  topics: string[]
}

/** One resource to watch, read or open; undefined when there is none to see. */
export async function readResource(id: string): Promise<ResourcePage | undefined> {
  return unwrap(await db.rpc('resource_page', { resource: id }))[0]
}

/** Notes that one saved or watched a resource, or takes that back. Returns the marks as the database has them. */
export async function setMark(resource: string, mark: Mark, isSet: boolean): Promise<Marks> {
  const [marks] = unwrap(
    await db.rpc('mark_resource', { resource, mark, is_set: isSet }),
  ) as Marks[]
  return marks ?? { saved_at: null, watched_at: null }
}

export interface Marks {
  saved_at: string | null
  watched_at: string | null
}
