import {
  type Database,
  type FileObject,
  findObject,
  ownerOf,
  rowOf,
  type Visit,
} from './database.ts'
import { invalidRequest, noSuchKey } from './errors.ts'
import type { Files } from './files.ts'
import { checkName } from './upload.ts'

export interface Transfer {
  bucketId: string
  sourceKey: string
  destinationKey: string
  destinationBucket?: string
  copyMetadata?: boolean
}

/** Moving, copying and removing files, each as the caller whose policies decide. */
export function createChanges(database: Database, files: Files) {
  function targetOf(asked: Transfer) {
    checkName(asked.sourceKey)
    checkName(asked.destinationKey)
    return { bucket: asked.destinationBucket ?? asked.bucketId, name: asked.destinationKey }
  }

  return {
    async move(visit: Visit, asked: Transfer) {
      const target = targetOf(asked)
      await database.bucket(target.bucket)
      const id = await database.asCaller(visit, async (tx) => {
        const source = await findObject(tx, asked.bucketId, asked.sourceKey)
        if (!source) throw noSuchKey()
        const [moved] = await tx<{ id: string }[]>`
          update storage.objects set bucket_id = ${target.bucket}, name = ${target.name} where id = ${source.id} returning id`
        if (!moved) throw noSuchKey()
        return moved.id
      })
      return { message: 'Successfully moved', Id: id, Key: `${target.bucket}/${target.name}` }
    },

    async copy(visit: Visit, asked: Transfer, upsert: boolean) {
      const target = targetOf(asked)
      await database.bucket(target.bucket)
      const source = await database.asCaller(visit, (tx) =>
        findObject(tx, asked.bucketId, asked.sourceKey),
      )
      if (!source) throw noSuchKey()
      const version = await files.copy(source.version)
      const row = {
        ...rowOf(target.bucket, target.name, ownerOf(visit.caller)),
        version,
        metadata: source.metadata,
        user_metadata: asked.copyMetadata === false ? null : source.user_metadata,
      }
      try {
        const { id, before } = await database.asCaller(visit, async (tx) => {
          const before = upsert ? await findObject(tx, target.bucket, target.name) : undefined
          const replace = upsert
            ? tx`on conflict (bucket_id, name) do update set ${tx(row as never)}`
            : tx``
          const [made] = await tx<{ id: string }[]>`
            insert into storage.objects ${tx(row as never)} ${replace} returning id`
          return { id: made?.id, before: before?.version }
        })
        await files.remove([before])
        return { Id: id, Key: `${target.bucket}/${target.name}` }
      } catch (error) {
        await files.remove([version])
        throw error
      }
    },

    /** Removes what the caller may remove, says which that was, and is silent about the rest. */
    async remove(visit: Visit, bucket: string, names: string[]): Promise<FileObject[]> {
      if (!Array.isArray(names) || names.length === 0) {
        throw invalidRequest("body must have required property 'prefixes'")
      }
      const removed = await database.asCaller(
        visit,
        (tx) => tx<FileObject[]>`
          delete from storage.objects where bucket_id = ${bucket} and name = any (${names}) returning *`,
      )
      await files.remove(removed.map((row) => row.version))
      return [...removed]
    },
  }
}
