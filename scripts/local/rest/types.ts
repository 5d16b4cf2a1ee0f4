import type postgres from 'postgres'

// How values travel between Postgres and JSON, so that an answer reads as PostgREST's. The oracle
// is Postgres itself: json_agg(row) must give the same.

type Parse = (text: string) => unknown

const asNumber: Parse = (text) => {
  const number = Number(text)
  return Number.isFinite(number) ? number : text
}
const asWhole: Parse = (text) => {
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : BigInt(text)
}
const asBoolean: Parse = (text) => text === 't'
const asText: Parse = (text) => text
const asTimestamp: Parse = (text) => text.replace(' ', 'T')
const asTimestampWithZone: Parse = (text) => text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')

/** Parses the text form of an array, nested ones and NULL included. */
export function parseArray(text: string, parse: Parse): unknown[] {
  // Arrays whose lower bound is not 1 are written as [0:2]={…}.
  let at = text.indexOf('{')
  const level = (): unknown[] => {
    const items: unknown[] = []
    at++
    while (text[at] !== '}') {
      if (text[at] === '{') items.push(level())
      else if (text[at] === '"') {
        let item = ''
        for (at++; text[at] !== '"'; at++) {
          if (text[at] === '\\') at++
          item += text[at]
        }
        at++
        items.push(parse(item))
      } else {
        const from = at
        while (text[at] !== ',' && text[at] !== '}') at++
        const item = text.slice(from, at)
        items.push(item === 'NULL' ? null : parse(item))
      }
      if (text[at] === ',') at++
    }
    at++
    return items
  }
  return level()
}

function writeArray(value: unknown, write: (item: unknown) => string): string {
  // A literal such as {a,b} comes through from a query string as it is.
  if (!Array.isArray(value)) return String(value)
  const items = value.map((item) => {
    if (item === null || item === undefined) return 'NULL'
    if (Array.isArray(item)) return writeArray(item, write)
    return `"${write(item).replace(/[\\"]/g, '\\$&')}"`
  })
  return `{${items.join(',')}}`
}

/** JSON goes out as text. What already is the text of an object or an array is left alone. */
const writeJson = (value: unknown) =>
  typeof value === 'string' && /^\s*[[{]/.test(value) ? value : JSON.stringify(value)

const scalar = (oid: number, parse: Parse, serialize: (value: unknown) => string = String) => ({
  to: oid,
  from: [oid],
  serialize,
  parse,
})
const array = (oid: number, parse: Parse, write: (item: unknown) => string = String) => ({
  to: oid,
  from: [oid],
  serialize: (value: unknown) => writeArray(value, write),
  parse: (text: string) => parseArray(text, parse),
})

export const restTypes: Record<string, postgres.PostgresType> = {
  json: scalar(114, JSON.parse, writeJson),
  jsonb: scalar(3802, JSON.parse, writeJson),
  bytea: scalar(17, asText),
  float4: scalar(700, asNumber),
  float8: scalar(701, asNumber),
  numeric: scalar(1700, asNumber),
  timestamp: scalar(1114, asTimestamp),
  timestamptz: scalar(1184, asTimestampWithZone),
  boolArray: array(1000, asBoolean),
  int2Array: array(1005, asNumber),
  int4Array: array(1007, asNumber),
  textArray: array(1009, asText),
  varcharArray: array(1015, asText),
  int8Array: array(1016, asWhole),
  float8Array: array(1022, asNumber),
  timestampArray: array(1115, asTimestamp),
  dateArray: array(1182, asText),
  timestamptzArray: array(1185, asTimestampWithZone),
  numericArray: array(1231, asNumber),
  uuidArray: array(2951, asText),
  jsonArray: array(199, JSON.parse, (item) => JSON.stringify(item)),
  jsonbArray: array(3807, JSON.parse, (item) => JSON.stringify(item)),
}
