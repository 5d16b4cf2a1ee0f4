import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  catalogue,
  type OperationName,
  operationNames,
  operationOf,
  rates,
  scopes,
} from '../../functions/agents/catalogue.ts'
import { shapes } from '../../functions/agents/operations/index.ts'
import { filesLike, read } from './files.ts'

const inPath = (path: string) => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
const inputOf = (operation: OperationName) =>
  z.toJSONSchema(shapes[operation].input, { io: 'input' }) as {
    additionalProperties: unknown
    properties: Record<string, { type?: string; description?: string; items?: { type?: string } }>
    required?: string[]
  }

test('The catalogue and the shapes know the same operations', () => {
  expect(Object.keys(shapes).sort()).toEqual([...operationNames].sort())
})

describe.each(operationNames)('%s', (name) => {
  const operation = operationOf(name)
  const input = inputOf(name)

  test('takes exactly the parameters that the database knows', () => {
    expect(Object.keys(input.properties ?? {}).sort()).toEqual([...operation.parameters].sort())
    expect(input.additionalProperties, 'and refuses others').toBe(false)
  })

  test('says what each of them is', () => {
    for (const [parameter, { description }] of Object.entries(input.properties ?? {}))
      expect(description, parameter).toMatch(/\S{2}.*[.!)]$/)
  })

  test('has what stands in its address, and cannot do without it', () => {
    for (const parameter of inPath(operation.path))
      expect(input.required ?? []).toContain(parameter)
  })

  test('takes from an address only what can be written there', () => {
    if (operation.method !== 'GET') return
    for (const [parameter, schema] of Object.entries(input.properties ?? {})) {
      const type = schema.type === 'array' ? schema.items?.type : schema.type
      expect(['string', 'integer', 'boolean'], parameter).toContain(type)
    }
  })

  test('answers nothing that its shape does not name', () => {
    const loose: string[] = []
    z.toJSONSchema(shapes[name].output, {
      io: 'output',
      override: ({ jsonSchema, path }) => {
        if (jsonSchema.type === 'object' && jsonSchema.additionalProperties === undefined) {
          loose.push(path.join('.'))
        }
      },
    })
    expect(loose).toEqual([])
  })
})

test('Every scope opens an operation, and has words', () => {
  const used = new Set(operationNames.map((name) => operationOf(name).scope).filter(Boolean))
  expect([...used].sort()).toEqual(Object.keys(scopes).sort())
  for (const what of Object.values(scopes)) expect(what).toMatch(/^[A-Z].+\.$/)
})

test('Every rate class has a pace for every risk', () => {
  for (const paces of Object.values(rates))
    expect(Object.keys(paces).sort()).toEqual(['destructive', 'read', 'write'])
})

test('No operation can send, publish or approve', () => {
  const verbs = operationNames.filter((name) =>
    /\.(send|publish|approve|decide|pay)(_|$)/.test(name),
  )
  // The mail with which a member mends her card: its words are ours.
  expect(verbs).toEqual(['members.send_card_link'])
})

test('Only signing.ts knows how tokens are made, and only operate.ts and token.ts call the database', () => {
  const sources = filesLike(/^functions\/agents\/.*\.ts$/)
  const those = (pattern: RegExp) => sources.filter((file) => pattern.test(read(file))).sort()
  expect(those(/from 'jose'/)).toEqual(['functions/agents/signing.ts'])
  expect(those(/\bsql(\(\))?(<[^`]*>)?`/)).toEqual([
    'functions/agents/operate.ts',
    'functions/agents/token.ts',
  ])
})

test('The catalogue is generated, and not written by hand', () => {
  expect(read('functions/agents/catalogue.ts')).toMatch(/^\/\/ Written by `npm run catalogue`/)
  expect(Object.keys(catalogue)).toEqual(operationNames)
})
