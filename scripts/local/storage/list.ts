import type { Transaction } from './database.ts'

export interface ListRequest {
  prefix?: string
  limit?: number
  offset?: number
  search?: string
  sortBy?: { column?: string; order?: string }
}

const sortable = ['name', 'updated_at', 'created_at', 'last_accessed_at']

/** One folder: its folders first, which have a name alone, then the files that the caller may see. */
export function listFolder(tx: Transaction, bucket: string, asked: ListRequest) {
  const folder = asked.prefix ? `${asked.prefix.replace(/\/$/, '')}/` : ''
  const wanted = asked.sortBy?.column ?? 'name'
  const column = tx(sortable.includes(wanted) ? wanted : 'name')
  const order = asked.sortBy?.order === 'desc' ? tx`desc` : tx`asc`
  const starting = (asked.search ?? '').toLowerCase()
  return tx`
    with inside as (
      select object.*, split_part(substr(object.name, ${folder.length + 1}), '/', 1) as head,
             position('/' in substr(object.name, ${folder.length + 1})) > 0 as deeper
      from storage.objects as object
      where object.bucket_id = ${bucket} and starts_with(object.name, ${folder})
    ),
    entries as (
      select distinct on (head) head as name, null::uuid as id, null::timestamptz as updated_at,
             null::timestamptz as created_at, null::timestamptz as last_accessed_at, null::jsonb as metadata
      from inside where deeper
      union all
      select head, id, updated_at, created_at, last_accessed_at, metadata from inside where not deeper
    )
    select * from entries where starts_with(lower(name), ${starting})
    order by (id is null) desc, ${column} ${order}, name
    limit ${Math.min(asked.limit ?? 100, 10_000)} offset ${asked.offset ?? 0}`
}
