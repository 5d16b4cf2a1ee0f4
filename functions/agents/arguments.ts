import { readBytes } from '../_shared/body.ts'
import type { Ctx } from '../_shared/http.ts'
import { Refusal } from '../_shared/problems.ts'
import { type OperationName, operationOf } from './catalogue.ts'
import { type Problem, parametersOf, type Schema, unknownParameter } from './misfit.ts'

const LIMIT = 64 * 1024

/** What a request sent for an operation: from its path, and its query or its body. */
export interface Sent {
  input: unknown
  problem?: Problem | undefined
}

/** Text of an address as the value that it stands for. What stands for none stays text, and is refused as such. */
function coerce(text: string, { type }: Schema): unknown {
  if ((type === 'integer' || type === 'number') && /^-?\d{1,15}(\.\d{1,15})?$/.test(text))
    return Number(text)
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  return text
}

/** Reads the arguments of an operation. Throws only when the request breaks off. */
export async function readArguments(c: Ctx, operation: OperationName): Promise<Sent> {
  const path = c.req.param() as Record<string, string>
  const given =
    operationOf(operation).method === 'GET' ? ofQuery(c, operation) : await ofBody(c, operation)
  const { input, problem } = given
  if (problem || typeof input !== 'object' || input === null || Array.isArray(input)) return given
  const twice = Object.keys(path).find((name) => Object.hasOwn(input, name))
  if (twice)
    return { input, problem: saidTwice(twice, 'It stands in the address: leave it out here.') }
  return { input: { ...input, ...path } }
}

const saidTwice = (field: string, remedy: string): Problem => ({
  status: 422,
  message: `${field} is given twice`,
  field,
  remedy,
})

function ofQuery(c: Ctx, operation: OperationName): Sent {
  const properties = parametersOf(operation)
  const input: Record<string, unknown> = {}
  for (const [name, texts] of Object.entries(c.req.queries())) {
    const schema = Object.hasOwn(properties, name) ? properties[name]! : {}
    const { items } = schema
    if (schema.type !== 'array' && texts.length > 1) {
      return { input, problem: saidTwice(name, 'Give it once.') }
    }
    input[name] =
      schema.type === 'array'
        ? texts.map((text) => coerce(text, items ?? {}))
        : coerce(texts[0] ?? '', schema)
  }
  return { input }
}

async function ofBody(c: Ctx, operation: OperationName): Promise<Sent> {
  const [inQuery] = Object.keys(c.req.queries())
  if (inQuery !== undefined) {
    const { remedy: _, ...problem } = unknownParameter(operation, inQuery)
    return { input: {}, problem: { ...problem, remedy: 'Send it in the JSON body.' } }
  }
  let bytes: Uint8Array
  try {
    bytes = await readBytes(c.req.raw, LIMIT)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const remedy = 'Send less at once.'
    return { input: {}, problem: { status: 413, message: error.message, remedy } }
  }
  try {
    // A path may say all there is to say.
    return {
      input:
        bytes.length === 0
          ? {}
          : JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)),
    }
  } catch {
    const remedy = 'Send a JSON object, in UTF-8.'
    return { input: {}, problem: { status: 400, message: 'The body is not JSON', remedy } }
  }
}
