import { type Database, ownerOf, type Visit } from './database.ts'
import { invalidRequest, noSuchBucket, StorageError } from './errors.ts'
import type { Files } from './files.ts'

interface BucketRequest {
  id?: string
  name?: string
  public?: boolean
  file_size_limit?: number | string | null
  allowed_mime_types?: string[] | null
}

const units: Record<string, number> = {
  B: 1,
  KB: 1e3,
  KIB: 1024,
  MB: 1e6,
  MIB: 1024 ** 2,
  GB: 1e9,
  GIB: 1024 ** 3,
}

/** Bytes in what config.toml and buckets say: 1048576, "50MiB", "2MB". */
export function bytesOf(size: number | string): number {
  const match = /^(\d+)\s*([A-Z]+)?$/i.exec(String(size))
  const unit = units[(match?.[2] ?? 'B').toUpperCase()]
  if (!match || !unit) throw invalidRequest(`${size} is no size`)
  return Number(match[1]) * unit
}

/** The buckets themselves; policies on storage.buckets decide, so in most projects only the secret key may. */
export function createBuckets(database: Database, files: Files) {
  const one = (visit: Visit, id: string) =>
    database.asCaller(visit, async (tx) => {
      const [bucket] = await tx`select * from storage.buckets where id = ${id}`
      if (!bucket) throw noSuchBucket()
      return bucket
    })
  const limitOf = (asked: BucketRequest) =>
    asked.file_size_limit == null ? null : bytesOf(asked.file_size_limit)

  return {
    one,
    all: (visit: Visit) =>
      database.asCaller(visit, (tx) => tx`select * from storage.buckets order by name`),

    async create(visit: Visit, asked: BucketRequest) {
      const id = asked.id ?? asked.name ?? ''
      if (!/^[\w!\-.*'() &$@=;:+,?]{1,100}$/.test(id)) {
        throw new StorageError(400, 'InvalidBucketName', 'Invalid Input', 'Bucket name invalid')
      }
      await database.asCaller(
        visit,
        (tx) => tx`
          insert into storage.buckets (id, name, owner_id, public, file_size_limit, allowed_mime_types)
          values (${id}, ${asked.name ?? id}, ${ownerOf(visit.caller)}, ${asked.public ?? false}, ${limitOf(asked)},
                  ${asked.allowed_mime_types ?? null})`,
      )
      return { name: id }
    },

    async change(visit: Visit, id: string, asked: BucketRequest) {
      await one(visit, id)
      const row = {
        ...(asked.public === undefined ? {} : { public: asked.public }),
        ...(asked.file_size_limit === undefined ? {} : { file_size_limit: limitOf(asked) }),
        ...(asked.allowed_mime_types === undefined
          ? {}
          : { allowed_mime_types: asked.allowed_mime_types }),
        updated_at: new Date(),
      }
      await database.asCaller(
        visit,
        (tx) => tx`update storage.buckets set ${tx(row as never)} where id = ${id}`,
      )
      return { message: 'Successfully updated' }
    },

    async empty(visit: Visit, id: string) {
      await one(visit, id)
      const gone = await database.asCaller(
        visit,
        (tx) => tx<{ version: string }[]>`
          delete from storage.objects where bucket_id = ${id} returning version`,
      )
      await files.remove(gone.map((row) => row.version))
      return { message: 'Successfully emptied' }
    },

    async remove(visit: Visit, id: string) {
      await one(visit, id)
      const held = await database.asOwner(
        (tx) => tx`select from storage.objects where bucket_id = ${id} limit 1`,
      )
      if (held.length > 0) {
        const said = 'The bucket you tried to delete is not empty'
        throw new StorageError(409, 'InvalidRequest', 'InvalidRequest', said)
      }
      await database.asCaller(visit, (tx) => tx`delete from storage.buckets where id = ${id}`)
      return { message: 'Successfully deleted' }
    },
  }
}
