import Ajv2020 from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { openApiDocument } from '../../../functions/agents/openapi_document.ts'

type Json = Record<string, unknown>

export interface Answer {
  status: number
  headers: Headers
  body: unknown
}

interface Response {
  headers?: Record<string, { schema: unknown }>
  content: { 'application/json': { schema: Json } }
}

export interface PublishedOperation {
  operationId: string
  security: { key: string[] }[]
  parameters?: (Json & { $ref?: string })[]
  requestBody?: {
    required: boolean
    content: { 'application/json': { schema: Json; example?: unknown } }
  }
  responses: Record<string, Response & { $ref?: string }>
}

export type Published = ReturnType<typeof openApiDocument>

/** The parts of a JSON pointer, as RFC 6901 writes them. */
const pointer = (...parts: string[]) =>
  parts.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')

/** Holds what the doors answer against an OpenAPI document, with a validator that knows nothing of how it was made. */
export function contractOf(document: Published) {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  ajv.addSchema(document as never, 'published')

  function found<T>(...parts: string[]): T {
    let at: unknown = document
    for (const part of parts) at = (at as Json | undefined)?.[part]
    const { $ref } = (at ?? {}) as { $ref?: string }
    return $ref ? found<T>(...$ref.slice(2).split('/')) : (at as T)
  }
  const whereOf = (...parts: string[]): string[] => {
    const { $ref } = parts.reduce<unknown>((at, part) => (at as Json)[part], document) as Json
    return typeof $ref === 'string' ? $ref.slice(2).split('/') : parts
  }
  function complaints(value: unknown, ...parts: string[]): string[] {
    const validate = ajv.getSchema(`published#/${pointer(...parts)}`)
    if (!validate) return [`there is no schema at ${parts.join(' / ')}`]
    if (validate(value)) return []
    return validate.errors!.map(
      ({ instancePath, message, params }) =>
        `${instancePath || 'body'} ${message} ${JSON.stringify(params)}`,
    )
  }

  return {
    /** What is wrong with an answer: its status, a header or its body. Nothing: it is as published. */
    wrongWith(path: string, method: string, { status, headers, body }: Answer): string[] {
      const place = ['paths', path, method.toLowerCase(), 'responses', String(status)]
      if (!found<Response>(...place)) return [`${status} is not published for ${method} ${path}`]
      const where = whereOf(...place)
      const response = found<Response>(...where)
      const type = headers.get('content-type') ?? ''
      const missing = Object.entries(response.headers ?? {}).flatMap(([name, { schema }]) => {
        const given = headers.get(name)
        const { type: kind, const: fixed } = schema as { type?: string; const?: string }
        if (given === null) return name === 'Idempotent-Replayed' ? [] : [`${name} is missing`]
        if (kind === 'integer' && !/^[1-9]\d*$/.test(given)) return [`${name} is ${given}`]
        return fixed !== undefined && given !== fixed ? [`${name} is ${given}`] : []
      })
      return [
        ...(/^application\/json\b/.test(type) ? [] : [`it is ${type}`]),
        ...missing,
        ...complaints(body, ...where, 'content', 'application/json', 'schema'),
      ]
    },
    /** What is wrong with a body that is sent. */
    wrongToSend: (path: string, method: string, body: unknown) =>
      complaints(
        body,
        'paths',
        path,
        method.toLowerCase(),
        'requestBody',
        'content',
        'application/json',
        'schema',
      ),
    /** What is wrong with a parameter that is sent. */
    wrongParameter: (path: string, method: string, index: number, value: unknown) =>
      complaints(value, 'paths', path, method.toLowerCase(), 'parameters', String(index), 'schema'),
  }
}

/** Every operation of a document with its address. */
export function operationsOf(document: Published) {
  return Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, unknown>).map(([method, operation]) => ({
      path,
      method,
      operation: operation as PublishedOperation,
    })),
  )
}
