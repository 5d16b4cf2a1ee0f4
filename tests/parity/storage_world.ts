import postgres from 'postgres'
import { afterAll, beforeAll } from 'vitest'
import { admin, makePerson, type Person, target } from './support.ts'

/** A small valid PNG of one pixel. */
export const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

export const image = (bytes: Uint8Array = pixel) =>
  new Blob([new Uint8Array(bytes)], { type: 'image/png' })

export interface World {
  bucket: string
  person: Person
  other: Person
}

/**
 * A private bucket of the file's own with the policies that most projects have (a person does everything within the
 * folder of their id, nothing elsewhere), and two people. All of it goes after the tests of the file.
 */
export function privateBucket(): World {
  const bucket = `parity-${crypto.randomUUID().slice(0, 8)}`
  const world = { bucket } as World
  const sql = postgres(target.database, { max: 1, onnotice: () => {} })
  const commands = ['select', 'insert', 'update', 'delete']
  const policy = (command: string) => `${command}_own_in_${bucket.replace('-', '_')}`

  beforeAll(async () => {
    const made = await admin.storage.createBucket(bucket, {
      public: false,
      fileSizeLimit: 2048,
      allowedMimeTypes: ['image/png', 'text/*'],
    })
    if (made.error) throw made.error
    const own = `bucket_id = '${bucket}' and (storage.foldername(name))[1] = (select auth.uid())::text`
    for (const command of commands) {
      const using = command === 'insert' ? '' : `using (${own})`
      const check = command === 'insert' || command === 'update' ? `with check (${own})` : ''
      await sql.unsafe(
        `create policy ${policy(command)} on storage.objects for ${command} to authenticated ${using} ${check}`,
      )
    }
    world.person = await makePerson()
    world.other = await makePerson()
  })
  afterAll(async () => {
    for (const command of commands)
      await sql.unsafe(`drop policy ${policy(command)} on storage.objects`)
    await sql.end()
    await admin.storage.emptyBucket(bucket)
    const gone = await admin.storage.deleteBucket(bucket)
    if (gone.error) throw gone.error
  })
  return world
}
