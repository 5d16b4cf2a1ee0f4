/** JSON Schemas in words: what an operation takes and answers, a line a field. */

export interface Schema {
  $ref?: string
  type?: string | string[]
  format?: string
  pattern?: string
  description?: string
  enum?: (string | number | boolean | null)[]
  const?: unknown
  anyOf?: Schema[]
  oneOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  additionalProperties?: boolean | Schema
  required?: string[]
  minimum?: number
  maximum?: number
  maxLength?: number
  maxItems?: number
}

export interface Field {
  name: string
  type: string
  what: string
  isRequired: boolean
  fields: Field[]
}

const components: Record<string, string> = { Said: 'written_by_people', Proposal: 'proposal' }
/** What a pattern asks for, where it has a name. */
const patterns: Record<string, string> = {
  '^\\d{4}-(0[1-9]|1[0-2])$': 'month',
  '^[a-z]{3}$': 'currency',
}
const formats: Record<string, string> = {
  uuid: 'id',
  'date-time': 'time',
  date: 'day',
  uri: 'link',
}

const choicesOf = ({ anyOf, oneOf }: Schema) => anyOf ?? oneOf
const isNull = ({ type }: Schema) => type === 'null'

/** The schema without "or null". */
function solid(schema: Schema): Schema {
  const rest = choicesOf(schema)?.filter((each) => !isNull(each))
  return rest?.length === 1 ? rest[0]! : schema
}

/** What kind of value it is, in few words. */
export function typeOf(schema: Schema): string {
  const { $ref, type, format, pattern, items, maxLength, minimum, maximum, maxItems } = schema
  if ($ref) return components[$ref.split('/').at(-1)!] ?? 'object'
  const choices = choicesOf(schema)
  if (choices) {
    const kinds = [...new Set(choices.map((each) => (isNull(each) ? 'null' : typeOf(each))))]
    return kinds.join(' or ')
  }
  if (schema.enum) return schema.enum.map((each) => String(each)).join(' · ')
  if ('const' in schema) return String(schema.const)
  if (Array.isArray(type)) {
    return type.map((each) => typeOf({ ...schema, type: each })).join(' or ')
  }
  if (type === 'array') {
    return `list of ${typeOf(items ?? {})}${maxItems ? `, ${maxItems} at most` : ''}`
  }
  if (type === 'string') {
    const named = formats[format ?? ''] ?? patterns[pattern ?? '']
    return named ?? `text${maxLength ? `, ${maxLength} at most` : ''}`
  }
  if (type === 'integer' || type === 'number') {
    const word = type === 'integer' ? 'whole number' : 'number'
    if (minimum !== undefined && maximum !== undefined) return `${word}, ${minimum} to ${maximum}`
    return minimum !== undefined && minimum !== 0 ? `${word}, ${minimum} or more` : word
  }
  return type ?? 'anything'
}

/** The fields beneath a schema: of the object, of what a list holds, or of what a map holds. */
export function fieldsOf(schema: Schema): Field[] {
  const { properties, required = [], items, additionalProperties } = solid(schema)
  if (properties) {
    return Object.entries(properties).map(([name, each]) => ({
      name,
      type: typeOf(each),
      what: (each.description ?? solid(each).description ?? '').replaceAll('`', ''),
      isRequired: required.includes(name),
      fields: fieldsOf(each),
    }))
  }
  if (items) return fieldsOf(items)
  return typeof additionalProperties === 'object' ? fieldsOf(additionalProperties) : []
}
