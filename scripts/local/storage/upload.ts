import { createHash } from 'node:crypto'
import {
  type Bucket,
  type Database,
  ownerOf,
  rowOf,
  type Transaction,
  type Visit,
} from './database.ts'
import { invalidKey, invalidRequest, tooLarge, wrongType } from './errors.ts'
import type { Files } from './files.ts'

/** A file as it came in, whichever way the client packed it. */
interface Incoming {
  bytes: Uint8Array
  type: string
  cacheControl: string
  metadata: Record<string, unknown> | null
}

const allowedName = /^[\w/!\-.*'() &$@=;:+,?]+$/

/** Names of files as Storage takes them: letters, digits and a few signs, no leading slash. */
export function checkName(name: string): void {
  if (!allowedName.test(name) || name.startsWith('/') || name.endsWith('/')) throw invalidKey(name)
}

async function readLimited(body: ReadableStream<Uint8Array> | null, limit: number) {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.byteLength
    if (size > limit) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parseMetadata(text: string | null): Record<string, unknown> | null {
  if (!text) return null
  try {
    return JSON.parse(text)
  } catch {
    throw invalidRequest('metadata must be a valid JSON object')
  }
}

async function incoming(request: Request, limit: number): Promise<Incoming> {
  const header = (name: string) => request.headers.get(name)
  const sent = header('content-type') ?? 'application/octet-stream'
  if (!sent.startsWith('multipart/form-data')) {
    const metadata = header('x-metadata')
    return {
      bytes: await readLimited(request.body, limit),
      type: sent,
      cacheControl: header('cache-control') ?? 'no-cache',
      metadata: parseMetadata(metadata && Buffer.from(metadata, 'base64').toString()),
    }
  }
  // The parts' own names and headers take a little room; the file itself is measured below.
  const whole = await readLimited(request.body, limit + 64 * 1024)
  const form = await new Response(whole, { headers: { 'content-type': sent } }).formData()
  const file = [...form.values()].find((value) => typeof value !== 'string')
  if (!file) throw invalidRequest('No file provided')
  if (file.size > limit) throw tooLarge()
  const seconds = form.get('cacheControl')
  return {
    bytes: new Uint8Array(await file.arrayBuffer()),
    type: (form.get('contentType') as string | null) ?? (file.type || 'application/octet-stream'),
    cacheControl: seconds ? `max-age=${seconds}` : 'no-cache',
    metadata: parseMetadata(form.get('metadata') as string | null),
  }
}

/** Whether a bucket takes a type; `image/*` stands for all images. */
function takes(allowed: string[] | null, type: string): boolean {
  if (!allowed || allowed.length === 0) return true
  const plain = type.split(';')[0]?.trim().toLowerCase() ?? ''
  return allowed.some((each) =>
    each.endsWith('/*') ? plain.startsWith(each.slice(0, -1)) : each === plain || each === '*',
  )
}

function write(
  tx: Transaction,
  row: ReturnType<typeof rowOf> & Record<string, unknown>,
  upsert: boolean,
) {
  if (!upsert) return tx`insert into storage.objects ${tx(row as never)}`
  const changed = { ...row, updated_at: new Date() }
  return tx`
    insert into storage.objects ${tx(row as never)}
    on conflict (bucket_id, name) do update set ${tx(changed as never)}
    returning *`
}

export function createUploads(database: Database, files: Files, limit: number) {
  const limitOf = (bucket: Bucket) => Math.min(limit, bucket.file_size_limit ?? limit)

  /** Whether the caller may put a file there; throws the refusal. */
  async function permit(
    visit: Visit,
    bucket: string,
    name: string,
    upsert: boolean,
  ): Promise<void> {
    checkName(name)
    const row = rowOf(bucket, name, ownerOf(visit.caller))
    await database.allows(visit, (tx) => write(tx, { ...row, version: '1' }, upsert))
  }

  return {
    permit,
    /** Stores a file. With a `visit` the policies decide; without, a ticket has decided already. */
    async store(
      request: Request,
      into: { bucket: string; name: string; owner: string | null; upsert: boolean; visit?: Visit },
    ): Promise<{ Id: string; Key: string }> {
      const bucket = await database.bucket(into.bucket)
      checkName(into.name)
      const file = await incoming(request, limitOf(bucket))
      if (!takes(bucket.allowed_mime_types, file.type)) throw wrongType(file.type)
      if (into.visit) await permit(into.visit, bucket.id, into.name, into.upsert)
      const version = await files.write(file.bytes)
      const now = new Date()
      const metadata = {
        eTag: `"${createHash('md5').update(file.bytes).digest('hex')}"`,
        size: file.bytes.byteLength,
        mimetype: file.type,
        cacheControl: file.cacheControl,
        lastModified: now.toISOString(),
        contentLength: file.bytes.byteLength,
        httpStatusCode: 200,
      }
      try {
        const { id, before } = await database.asOwner(async (tx) => {
          const [before] = await tx<{ version: string }[]>`
            select version from storage.objects where bucket_id = ${bucket.id} and name = ${into.name} for update`
          const row = {
            ...rowOf(bucket.id, into.name, into.owner),
            version,
            metadata,
            user_metadata: file.metadata,
          }
          await write(tx, row, into.upsert)
          const [{ id } = { id: '' }] = await tx<{ id: string }[]>`
            select id from storage.objects where bucket_id = ${bucket.id} and name = ${into.name}`
          return { id, before: before?.version }
        })
        await files.remove([before])
        return { Id: id, Key: `${bucket.id}/${into.name}` }
      } catch (error) {
        await files.remove([version])
        throw error
      }
    },
  }
}

export type Uploads = ReturnType<typeof createUploads>
