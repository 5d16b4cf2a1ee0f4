import type { Database } from '../../../../supabase/database.types.ts'
import { unwrap } from '../../lib/problem.ts'
import { db } from '../../lib/supabase.ts'
import type { Topic } from '../members/data.ts'
import type { Kind } from '../resources/data.ts'

type Enums = Database['public']['Enums']
export type Stage = Enums['resource_stage']
export type Audience = Enums['resource_audience']
type Changes = Database['public']['Tables']['resources']['Update']

type Row = Database['public']['Functions']['lead_resources']['Returns'][number]
/** Generated types take every column of a function for present; these may be missing. */
export type Listed = Omit<
  Row,
  'published_at' | 'retired_at' | 'review_by' | 'embed_note' | 'lacks' | 'updated_by_name'
> & {
  published_at: string | null
  retired_at: string | null
  review_by: string | null
  embed_note: string | null
  lacks: string | null
  updated_by_name: string | null
}

const page = 50

/** One page of all resources, what changed last first. Throws a Problem with status 403 for who does not lead. */
export async function readListed(
  filter: { stage: Stage | ''; reviewDue: boolean },
  after: Listed | undefined,
): Promise<{ resources: Listed[]; more: boolean }> {
  const rows: Listed[] = unwrap(
    await db.rpc('lead_resources', {
      size: page + 1,
      ...(filter.stage ? { at_stage: filter.stage } : {}),
      ...(filter.reviewDue ? { review_due: true } : {}),
      ...(after ? { after_updated: after.updated_at, after_id: after.id } : {}),
    }),
  )
  return { resources: rows.slice(0, page), more: rows.length > page }
}

/** A resource as the form shows it. */
export interface Edited {
  id: string
  revision: number
  kind: Kind
  title: string
  summary: string
  topics: string[]
  audience: Audience
  url: string | null
  video_url: string | null
  has_captions: boolean
  file_path: string | null
  file_name: string | null
  file_type: string | null
  file_size: number | null
  review_by: string | null
  published_at: string | null
  stage: Stage
  lacks: string | null
  vimeo_id: string | null
  duration_seconds: number | null
  embed_state: Enums['embed_state']
  embed_note: string
  updated_at: string
  updated_by_me: boolean | null
  updated_by_name: string | null
}

export interface ToEdit {
  resource: Edited | null
  topics: Topic[]
}

/** A resource and the topics to choose from; resource is null while there is none of this id. */
export async function readToEdit(id: string): Promise<ToEdit> {
  return unwrap(await db.rpc('resource_to_edit', { resource: id })) as unknown as ToEdit
}

/** Makes a resource. Sent twice, there is one: false when it was there already. */
export async function create(id: string, changes: Changes & { kind: Kind }): Promise<boolean> {
  const made = unwrap(
    await db
      .from('resources')
      .upsert({ id, ...changes } as never, { onConflict: 'id', ignoreDuplicates: true })
      .select('id'),
  )
  return made.length === 1
}

/** Saves changes to the revision that was seen. False when it is not the newest any more: nothing was saved. */
export async function save(id: string, revision: number, changes: Changes): Promise<boolean> {
  const saved = unwrap(
    await db
      .from('resources')
      .update(changes)
      .eq('id', id)
      .eq('revision', revision)
      .select('revision'),
  )
  return saved.length === 1
}

/** Publishes, schedules, retires, brings back. Throws a Problem at the field that it lacks; 409 when somebody was faster. */
export async function setStage(
  { id, revision }: { id: string; revision: number },
  stage: Stage,
  publishAt?: string,
): Promise<Edited> {
  const answer = unwrap(
    await db.rpc('set_resource_stage', {
      resource: id,
      revision,
      stage,
      ...(publishAt ? { publish_at: publishAt } : {}),
    }),
  ) as unknown as ToEdit
  return answer.resource as Edited
}

/** Asks Vimeo once more. */
export async function checkVideo(id: string): Promise<Edited> {
  const answer = unwrap(await db.rpc('check_video', { resource: id })) as unknown as ToEdit
  return answer.resource as Edited
}
