import type { Sql, TransactionSql } from 'postgres'
import type { Caller } from '../credentials.ts'
import { noSuchBucket, ofDatabase } from './errors.ts'

export interface Bucket {
  id: string
  name: string
  public: boolean
  file_size_limit: number | null
  allowed_mime_types: string[] | null
}

export interface FileObject {
  id: string
  name: string
  bucket_id: string
  version: string
  owner: string | null
  owner_id: string | null
  created_at: Date
  updated_at: Date
  last_accessed_at: Date
  metadata: { mimetype: string; size: number; eTag: string; cacheControl: string }
  user_metadata: Record<string, unknown> | null
}

/** One call: who asks for which operation. Policies may look at both. */
export interface Visit {
  caller: Caller
  operation: string
  request: Request
}

export type Transaction = TransactionSql

/** Ends a transaction that was only opened to see whether it would succeed. */
class Undo extends Error {}

/** The storage tables, under the caller's role or, for what Storage does itself, under its own. */
export function createDatabase(sql: Sql) {
  async function open<T>(settings: [string, string][], work: (tx: Transaction) => Promise<T>) {
    try {
      return (await sql.begin(async (tx) => {
        const names = settings.map(([name]) => name)
        const values = settings.map(([, value]) => value)
        await tx`select set_config(name, value, true) from unnest(${names}::text[], ${values}::text[]) as setting (name, value)`
        return work(tx)
      })) as T
    } catch (error) {
      throw ofDatabase(error)
    }
  }

  /** As the caller, so that policies decide. */
  function asCaller<T>(
    { caller, operation, request }: Visit,
    work: (tx: Transaction) => Promise<T>,
  ) {
    const settings: [string, string][] = [
      ['request.jwt.claims', JSON.stringify(caller.claims)],
      ['request.method', request.method],
      ['request.path', new URL(request.url).pathname],
      ['request.headers', JSON.stringify(Object.fromEntries(request.headers))],
      ['storage.operation', `storage.${operation}`],
      ['storage.allow_delete_query', 'true'],
      ['role', caller.role],
    ]
    return open(settings, work)
  }

  /** As Storage itself, which owns the tables. */
  const asOwner = <T>(work: (tx: Transaction) => Promise<T>) =>
    open([['storage.allow_delete_query', 'true']], work)

  return {
    asCaller,
    asOwner,
    /** Whether the caller may do this; nothing of it stays. Throws the refusal. */
    async allows(visit: Visit, work: (tx: Transaction) => Promise<unknown>): Promise<void> {
      await asCaller(visit, async (tx) => {
        await work(tx)
        throw new Undo()
      }).catch((error) => {
        if (!(error instanceof Undo)) throw error
      })
    },
    /** A bucket by its id, whoever asks. */
    async bucket(id: string): Promise<Bucket> {
      const [bucket] = await asOwner(
        (tx) => tx<Bucket[]>`select * from storage.buckets where id = ${id}`,
      )
      if (!bucket) throw noSuchBucket()
      return bucket
    },
  }
}

export type Database = ReturnType<typeof createDatabase>

/** The owner that a new row gets: the caller's id, when the token names a person. */
export const ownerOf = ({ claims }: Caller): string | null => claims.sub ?? null

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The columns of a row as they are written, shared by insert and upsert. */
export function rowOf(bucket: string, name: string, owner: string | null) {
  return {
    bucket_id: bucket,
    name,
    owner: owner && uuid.test(owner) ? owner : null,
    owner_id: owner,
  }
}

/** Runs one query for the row that a caller may read; undefined when there is none, or none to be seen. */
export async function findObject(tx: Transaction, bucket: string, name: string) {
  const [row] = await tx<FileObject[]>`
    select * from storage.objects where bucket_id = ${bucket} and name = ${name}`
  return row
}
