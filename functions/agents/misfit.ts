/**
 * What is wrong with the arguments of an operation, in the words of private.arg_* and private.misfit: who comes through
 * the Data API is checked there alone, and reads the same.
 */
import { isUnstorable } from '../_shared/body.ts'
import { type OperationName, operationOf } from './catalogue.ts'
import { shapes } from './operations/index.ts'
import { schemaOf } from './schema.ts'
import { currency, month } from './shapes.ts'

/** What is wrong with the arguments, said by whoever read them. The database answers with it when it is its turn. */
export interface Problem {
  status: 400 | 413 | 422
  message: string
  field?: string
  remedy?: string
}

/** What JSON Schema says of a parameter. */
export interface Schema {
  type?: string
  format?: string
  pattern?: string
  description?: string
  enum?: string[]
  items?: Schema
  properties?: Record<string, Schema>
  minimum?: number
  maximum?: number
  maxLength?: number
  maxItems?: number
}

type Words = Pick<Problem, 'message' | 'remedy'>

const parameters = new Map<OperationName, Record<string, Schema>>()

/** What each parameter of an operation is, as JSON Schema says it. */
export function parametersOf(operation: OperationName): Record<string, Schema> {
  let properties = parameters.get(operation)
  if (!properties) {
    const schema = schemaOf(shapes[operation].input, 'input')
    properties = (schema.properties ?? {}) as Record<string, Schema>
    parameters.set(operation, properties)
  }
  return properties
}

const plainName = /^[A-Za-z_]{1,40}$/

/** The first thing that is wrong with the arguments of an operation, with the field and what would do. */
export function misfit(operation: OperationName, input: unknown): Problem | undefined {
  const { success, error } = shapes[operation].input.safeParse(input)
  if (success) {
    const unstorable = Object.entries(input as object).find(([, value]) => isUnstorable(value))
    if (!unstorable) return undefined
    const [field] = unstorable
    const message = `${field} holds a character that cannot be stored`
    return { status: 422, message, field, remedy: 'Leave out NUL and broken characters.' }
  }
  const issue = error.issues[0]!
  const [first, second] = issue.path.map(String)
  if (first === undefined) {
    if (issue.code === 'unrecognized_keys') return unknownParameter(operation, issue.keys[0] ?? '')
    const remedy = 'Send a JSON object.'
    return { status: 422, message: 'The arguments are not an object', field: 'arguments', remedy }
  }
  const value = (input as Record<string, unknown>)[first]
  const schema = parametersOf(operation)[first]!
  const inner = second === undefined ? undefined : schema.properties?.[second]
  if (inner) {
    // As the database names it: the part, and not the whole that it stands in.
    const said = wordsFor(second!, inner, (value as Record<string, unknown>)[second!], false)
    return { status: 422, field: second!, ...said }
  }
  const isNeeded = !shapes[operation].input.shape[first]!.safeParse(undefined).success
  const said =
    issue.code === 'unrecognized_keys'
      ? // Which one is not said again: it may be anything, such as an address.
        { message: `${first} holds something that is not known`, remedy: someOf(schema, 'Use') }
      : wordsFor(first, schema, value, isNeeded)
  return { status: 422, field: first, ...said }
}

/** What is wrong with the value of one parameter, and what would do. */
function wordsFor(name: string, schema: Schema, value: unknown, isNeeded: boolean): Words {
  const { type, minimum, maximum, maxItems, items } = schema
  if (type === 'object') {
    return {
      message: `${name} says nothing`,
      remedy: withWhat(someOf(schema, 'Send an object with'), schema),
    }
  }
  if (type === 'array') {
    const remedy = `Send a list of texts of ${items?.maxLength} characters at most.`
    return { message: `${name} is not a list of ${maxItems} texts at most`, remedy }
  }
  if (type === 'boolean') {
    return { message: `${name} is neither true nor false`, remedy: 'Send true or false.' }
  }
  const isMissing = value === undefined || (isNeeded && value === null)
  if (type === 'integer') {
    const remedy = `Send a whole number from ${minimum} to ${maximum}.`
    if (isMissing) return { message: `${name} is missing`, remedy }
    return { message: `${name} is not a whole number from ${minimum} to ${maximum}`, remedy }
  }
  return wordsForText(name, schema, isMissing ? undefined : value, isNeeded)
}

/** A kind of text that not any text is: what is said of one that is none, what would do, and how long it is at most. */
interface Kind {
  isNot: string
  remedy: string
  most: number
  /** It looks like one, but there is none such. */
  looks?: RegExp
  isNone?: string
}

const patternOf = (shape: typeof month) => String(schemaOf(shape, 'input').pattern)

const kinds: Record<string, Kind> = {
  uuid: { isNot: 'is not an id', remedy: 'Send the id as another answer gave it.', most: 100 },
  'date-time': {
    isNot: 'is not a time with its zone',
    remedy: 'Write it like 2026-11-21T18:00:00Z.',
    most: 40,
    looks: /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)$/,
    isNone: 'is no time that there is',
  },
  date: {
    isNot: 'is not a day',
    remedy: 'Write it like 2026-11-21.',
    most: 40,
    looks: /^(19|20|21)\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/,
    isNone: 'is no day that there is',
  },
  [patternOf(month)]: { isNot: 'is not a month', remedy: 'Write it like 2026-11.', most: 40 },
  [patternOf(currency)]: {
    isNot: 'is not three small letters',
    remedy: 'Write it like usd.',
    most: 40,
  },
}

function kindOf({ enum: choices, format, pattern }: Schema): Kind | undefined {
  if (!choices) return kinds[format ?? pattern ?? '']
  const remedy = `Use one of: ${choices.join(', ')}.`
  return { isNot: 'is none of those that there are', remedy, most: 100 }
}

function wordsForText(name: string, schema: Schema, value: unknown, isNeeded: boolean): Words {
  const kind = kindOf(schema)
  const remedyOr = (plain: string) => kind?.remedy ?? withWhat(plain, schema)
  const text = typeof value === 'string' ? value.trim() : undefined
  if (value === undefined || (isNeeded && text === '')) {
    return { message: `${name} is missing`, remedy: remedyOr('Say it in a text.') }
  }
  if (text === undefined) {
    return { message: `${name} is not a text`, remedy: remedyOr('Send a text.') }
  }
  const most = kind?.most ?? schema.maxLength ?? Number.MAX_SAFE_INTEGER
  if (text.length > most) {
    return { message: `${name} is longer than ${most} characters`, remedy: 'Shorten it.' }
  }
  if (!kind) {
    return {
      message: `${name} is empty`,
      remedy: withWhat('Send a text, or leave it out.', schema),
    }
  }
  const { isNot, isNone, looks, remedy } = kind
  return { message: `${name} ${isNone && looks?.test(text) ? isNone : isNot}`, remedy }
}

const withWhat = (remedy: string, { description }: Schema) =>
  description ? `${remedy} ${description}` : remedy

function someOf({ properties = {} }: Schema, how: string): string {
  const names = Object.keys(properties)
  return `${how} some of ${names.slice(0, -1).join(', ')} and ${names.at(-1)}.`
}

/** As private.misfit says it. A name that does not look like one is not said again. */
export function unknownParameter(operation: OperationName, name: string): Problem {
  const { parameters } = operationOf(operation)
  const isPlain = plainName.test(name)
  return {
    status: 422,
    message: `${operation} has no parameter ${isPlain ? name : 'of such a name'}`,
    ...(isPlain ? { field: name } : {}),
    remedy: parameters.length === 0 ? 'It takes none.' : `It knows ${parameters.join(', ')}.`,
  }
}
