import postgres from 'postgres'
import type { Caller, Credentials } from '../credentials.ts'
import { json } from '../http.ts'
import { bytesOf, createBuckets } from './buckets.ts'
import { createChanges, type Transfer } from './change.ts'
import { createDatabase, findObject, ownerOf, type Visit } from './database.ts'
import { describeFile, serveFile } from './download.ts'
import { invalidRequest, noSuchKey, StorageError } from './errors.ts'
import { createFiles } from './files.ts'
import { type ListRequest, listFolder } from './list.ts'
import { createTokens } from './tokens.ts'
import { createUploads } from './upload.ts'

export interface StorageOptions {
  /** Connection string of supabase_storage_admin. */
  url: string
  /** Where the bytes lie. */
  folder: string
  credentials: Credentials
  /** Signs the tokens of signed URLs. */
  secret: string
  /** [storage] file_size_limit of config.toml. */
  sizeLimit: string | number
}

interface Asked extends Visit {
  method: string
  bucket: string
  /** The path within the bucket, or what else follows. */
  name: string
}

/**
 * Supabase Storage's interface, as storage-js speaks it, over the tables of the schema `storage`: the caller's role and
 * policies decide. Not here: resumable uploads, the S3 protocol, image transformation, list-v2.
 */
export function createStorage(options: StorageOptions) {
  const sql = postgres(options.url, {
    max: 6,
    onnotice: () => {},
    // Sizes of files fit a number.
    types: { bigint: { to: 20, from: [20], serialize: String, parse: Number } },
  })
  const database = createDatabase(sql)
  const files = createFiles(options.folder)
  const tokens = createTokens(options.secret)
  const uploads = createUploads(database, files, bytesOf(options.sizeLimit))
  const changes = createChanges(database, files)
  const buckets = createBuckets(database, files)
  const isUpsert = (request: Request) => request.headers.get('x-upsert') === 'true'
  const read = <T>(request: Request): Promise<T> =>
    request.json().catch(() => {
      throw invalidRequest('the body must be JSON')
    })

  /** A file that the caller may read. */
  async function visible({ bucket, name, ...visit }: Asked) {
    const object = await database.asCaller(visit, (tx) => findObject(tx, bucket, name))
    if (!object) throw noSuchKey()
    return object
  }

  /** A file that a ticket or a public bucket opens to whoever asks. */
  async function opened(request: Request, bucket: string, name: string) {
    const object = await database.asOwner((tx) => findObject(tx, bucket, name))
    if (!object) throw noSuchKey()
    return serveFile(request, object, files)
  }

  async function servePublic(request: Request, bucket: string, name: string) {
    // A private bucket is not told apart from one that is not there.
    if (!(await database.bucket(bucket)).public) throw noSuchKey()
    return opened(request, bucket, name)
  }

  async function serveSigned(request: Request, bucket: string, name: string) {
    await tokens.read(new URL(request.url).searchParams.get('token'), `${bucket}/${name}`)
    return opened(request, bucket, name)
  }

  async function uploadSigned(request: Request, bucket: string, name: string) {
    const token = new URL(request.url).searchParams.get('token')
    const { owner = null, upsert = false } = await tokens.read(token, `${bucket}/${name}`)
    return uploads.store(request, { bucket, name, owner, upsert })
  }

  async function signUpload({ bucket, name, ...visit }: Asked) {
    const upsert = isUpsert(visit.request)
    await database.bucket(bucket)
    await uploads.permit(visit, bucket, name, upsert)
    const owner = ownerOf(visit.caller)
    const ticket = { url: `${bucket}/${name}`, upsert, ...(owner ? { owner } : {}) }
    const token = await tokens.sign(ticket, 2 * 60 * 60)
    return { url: `/object/upload/sign/${bucket}/${name}?token=${token}`, token }
  }

  async function signRead(asked: Asked) {
    const { bucket, name } = asked
    const { expiresIn, paths } = await read<{ expiresIn?: number; paths?: string[] }>(asked.request)
    if (!Number.isInteger(expiresIn) || Number(expiresIn) < 1) {
      throw invalidRequest('body/expiresIn must be >= 1')
    }
    const sign = async (path: string) => {
      const token = await tokens.sign({ url: `${bucket}/${path}` }, Number(expiresIn))
      return `/object/sign/${bucket}/${path}?token=${token}`
    }
    if (name) {
      await visible(asked)
      return { signedURL: await sign(name) }
    }
    const wanted = paths ?? []
    const found = await database.asCaller(
      asked,
      (tx) => tx<{ name: string }[]>`
        select name from storage.objects where bucket_id = ${bucket} and name = any (${wanted})`,
    )
    const seen = new Set(found.map((row) => row.name))
    const missing = 'Either the object does not exist or you do not have access to it'
    return Promise.all(
      wanted.map(async (path) =>
        seen.has(path)
          ? { error: null, path, signedURL: await sign(path) }
          : { error: missing, path, signedURL: null },
      ),
    )
  }

  async function serveObject(asked: Asked): Promise<unknown> {
    const { method, request, bucket, name, caller } = asked
    if (method === 'GET' || method === 'HEAD')
      return serveFile(request, await visible(asked), files)
    if (method === 'POST' || method === 'PUT') {
      const upsert = method === 'PUT' || isUpsert(request)
      return uploads.store(request, { bucket, name, owner: ownerOf(caller), upsert, visit: asked })
    }
    if (method === 'DELETE' && name) {
      const [removed] = await changes.remove(asked, bucket, [name])
      if (!removed) throw noSuchKey()
      return { message: 'Successfully deleted' }
    }
    if (method === 'DELETE') {
      return changes.remove(asked, bucket, (await read<{ prefixes: string[] }>(request)).prefixes)
    }
    return undefined
  }

  async function serveBucket(asked: Asked): Promise<unknown> {
    const { method, bucket, name, request } = asked
    if (!bucket)
      return method === 'POST' ? buckets.create(asked, await read(request)) : buckets.all(asked)
    if (method === 'GET') return buckets.one(asked, bucket)
    if (method === 'PUT') return buckets.change(asked, bucket, await read(request))
    if (method === 'DELETE') return buckets.remove(asked, bucket)
    if (method === 'POST' && name === 'empty') return buckets.empty(asked, bucket)
    return undefined
  }

  async function answer(request: Request, caller: Caller, path: string[]): Promise<unknown> {
    const [service, verb = '', ...rest] = path
    const { method } = request
    const at = (bucket = '', ...name: string[]) => ({ bucket, name: name.join('/') })
    const visit = (operation: string) => ({ caller, request, method, operation })
    if (service === 'bucket') return serveBucket({ ...visit('bucket'), ...at(verb, ...rest) })
    if (service !== 'object') return undefined
    if (method === 'POST') {
      if (verb === 'move') return changes.move(visit('object.move'), await read<Transfer>(request))
      if (verb === 'copy') {
        const asked = await read<Transfer>(request)
        return changes.copy(visit('object.copy'), asked, isUpsert(request))
      }
      if (verb === 'list') {
        const { bucket } = at(...rest)
        const asked = await read<ListRequest>(request)
        return database.asCaller(visit('object.list'), (tx) => listFolder(tx, bucket, asked))
      }
      if (verb === 'upload')
        return signUpload({ ...visit('object.upload'), ...at(...rest.slice(1)) })
      if (verb === 'sign') return signRead({ ...visit('object.sign'), ...at(...rest) })
    }
    if (verb === 'info' && method === 'GET') {
      return describeFile(
        await visible({ ...visit('object.get_authenticated_info'), ...at(...rest) }),
      )
    }
    if (verb === 'authenticated')
      return serveObject({ ...visit('object.get_authenticated'), ...at(...rest) })
    const operation = { POST: 'upload', PUT: 'upload_update', DELETE: 'delete_many' }[method]
    return serveObject({
      ...visit(`object.${operation ?? 'get_authenticated'}`),
      ...at(verb, ...rest),
    })
  }

  /** Requests that bring their right with them and need no key. */
  function open(request: Request, [service, verb, first = '', ...rest]: string[]) {
    if (service !== 'object') return undefined
    const reads = request.method === 'GET' || request.method === 'HEAD'
    if (verb === 'public' && reads) return servePublic(request, first, rest.join('/'))
    if (verb === 'sign' && reads) return serveSigned(request, first, rest.join('/'))
    if (verb === 'upload' && first === 'sign' && request.method === 'PUT') {
      return uploadSigned(request, rest[0] ?? '', rest.slice(1).join('/'))
    }
    return undefined
  }

  async function callerOf(request: Request): Promise<Caller | Response> {
    const caller = await options.credentials.caller(request)
    if (!(caller instanceof Response)) return caller
    const said = (await caller.clone().json()) as { code?: string; message: string }
    // A key is the gateway's to refuse; a token is refused by Storage, in its own words.
    return said.code
      ? new StorageError(403, 'InvalidJWT', 'Unauthorized', said.message).response()
      : caller
  }

  return {
    /** Answers a request beneath /storage/v1. */
    async fetch(request: Request): Promise<Response> {
      try {
        const { pathname } = new URL(request.url)
        const path = pathname.split('/').slice(3).map(decodeURIComponent)
        let answered: unknown = await open(request, path)
        if (answered === undefined) {
          const caller = await callerOf(request)
          answered = caller instanceof Response ? caller : await answer(request, caller, path)
        }
        if (answered instanceof Response) return answered
        if (answered !== undefined) return json(200, answered)
        const said = `Route ${request.method}:${pathname} not found`
        return json(404, { statusCode: '404', error: 'Not Found', message: said })
      } catch (error) {
        if (error instanceof StorageError) return error.response()
        if (error instanceof URIError)
          return invalidRequest('the path is not well encoded').response()
        throw error
      }
    },
    close: () => sql.end({ timeout: 1 }),
  }
}

export type Storage = ReturnType<typeof createStorage>
