import { Validator } from '@seriousme/openapi-schema-validator'
import Ajv2020 from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { silentLog } from '../../../functions/_shared/log.ts'
import { createApp } from '../../../functions/agents/app.ts'
import { operationNames, operationOf, scopes } from '../../../functions/agents/catalogue.ts'
import { exampleInput } from '../../../functions/agents/examples.ts'
import { openApiDocument } from '../../../functions/agents/openapi_document.ts'
import { groups } from '../../../functions/agents/openapi_words.ts'
import { shapes } from '../../../functions/agents/operations/index.ts'
import { operationsOf } from './published.ts'

const doorsUrl = 'https://project.example/functions/v1/agents'
const document = openApiDocument({ doorsUrl, siteUrl: 'https://site.example' })
const operations = operationsOf(document)
type Node = Record<string, unknown>

/** Every node of the document with its place. */
function* nodes(at: unknown, place = '#'): Generator<[string, Node]> {
  if (typeof at !== 'object' || at === null) return
  yield [place, at as Node]
  for (const [name, inner] of Object.entries(at)) yield* nodes(inner, `${place}/${name}`)
}

const isSchemaPlace = (place: string) => /\/schema$|^#\/components\/schemas\/\w+$/.test(place)

it('Every read that tells of a member is counted as personal', () => {
  const telling = operationNames.filter((name) => {
    const places = [...nodes(z.toJSONSchema(shapes[name].output, { unrepresentable: 'any' }))]
    return places.some(([place]) => /\/properties\/member$/.test(place))
  })
  const read = telling.filter((name) => operationOf(name).risk === 'read')
  expect(read.length).toBeGreaterThan(8)
  expect(read.filter((name) => !operationOf(name).is_personal)).toEqual([])
})

describe('The document', () => {
  it('is what the schema of OpenAPI 3.1 asks for', async () => {
    const judge = async (given: object) => {
      const validator = new Validator()
      const { valid, errors } = await validator.validate(structuredClone(given) as never)
      return { valid, errors, version: validator.version }
    }
    expect(await judge(document)).toEqual({ valid: true, errors: undefined, version: '3.1' })
    const { info: _, ...without } = document
    expect((await judge(without)).valid, 'a document without its name').toBe(false)
  })

  it('is OpenAPI 3.1 with what its objects may hold, and nothing else', () => {
    const allowed: Record<string, string[]> = {
      root: ['openapi', 'info', 'externalDocs', 'servers', 'tags', 'paths', 'components'],
      info: ['title', 'version', 'summary', 'description', 'license'],
      operation: [
        'operationId',
        'tags',
        'summary',
        'description',
        'security',
        'parameters',
        'requestBody',
        'responses',
      ],
      parameter: ['in', 'name', 'required', 'description', 'schema', 'example'],
      body: ['required', 'content'],
      response: ['description', 'headers', 'content'],
      media: ['schema', 'example'],
    }
    const strange = (kind: string, node: object) =>
      Object.keys(node)
        .filter((name) => !name.startsWith('x-') && !allowed[kind]!.includes(name))
        .map((name) => `${kind}: ${name}`)
    const found = [strange('root', document), strange('info', document.info)]
    for (const { operation } of operations) {
      found.push(strange('operation', operation))
      for (const each of operation.parameters ?? [])
        if (!each.$ref) found.push(strange('parameter', each))
      if (operation.requestBody) found.push(strange('body', operation.requestBody))
      for (const response of Object.values(operation.responses)) {
        if (response.$ref) continue
        found.push(
          strange('response', response),
          strange('media', response.content['application/json']),
        )
      }
    }
    for (const response of Object.values(document.components!.responses!))
      found.push(strange('response', response))
    expect(found.flat()).toEqual([])
    expect(document.openapi).toMatch(/^3\.1\./)
    expect(document.servers).toEqual([{ url: doorsUrl }])
  })

  it('has a reference for nothing that is not there, and uses everything that is', () => {
    const refs = [...nodes(document)].flatMap(([, { $ref }]) =>
      typeof $ref === 'string' ? [$ref] : [],
    )
    const places = new Set([...nodes(document)].map(([place]) => place))
    expect(refs.filter((ref) => !places.has(ref))).toEqual([])
    const parts = ['schemas', 'responses', 'parameters'].flatMap((kind) =>
      Object.keys((document.components as Record<string, object>)[kind]!).map(
        (name) => `#/components/${kind}/${name}`,
      ),
    )
    expect(parts.filter((part) => !refs.includes(part))).toEqual([])
  })

  it('has schemas that a strict validator takes', () => {
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true })
    formats.default(ajv)
    for (const [name, schema] of Object.entries(document.components!.schemas!))
      ajv.addSchema(schema as object, `#/components/schemas/${name}`)
    const places = [...nodes(document)].filter(([place]) => isSchemaPlace(place))
    expect(places.length).toBeGreaterThan(100)
    for (const [place, schema] of places) expect(() => ajv.compile(schema), place).not.toThrow()
  })

  it('says of each field what it is', () => {
    const isSaid = ({ description, $ref, anyOf = [] }: Node): boolean =>
      Boolean(description || $ref) || (anyOf as Node[]).some(isSaid)
    const silent = [...nodes(document)].flatMap(([place, { properties }]) =>
      Object.entries((properties ?? {}) as Record<string, Node>)
        .filter(([name, field]) => !isSaid(field) && name !== 'data' && name !== 'error')
        .map(([name]) => `${place}/${name}`),
    )
    expect(silent).toEqual([])
  })

  it('gives each operation its scope, risk, parameters, headers and refusals, as the catalogue has them', () => {
    for (const name of operationNames) {
      const { path, method, scope, risk, parameters, title, what, status } = operationOf(name)
      const { operation } = operations.find((each) => each.operation.operationId === name)!
      expect([
        name,
        operations.some((each) => each.path === path && each.method === method.toLowerCase()),
      ]).toEqual([name, true])
      expect(operation).toMatchObject({
        summary: title,
        description: what,
        'x-risk': risk,
        'x-scope': scope,
      })
      expect(operation.security).toEqual([{ key: scope ? [scope] : [] }])
      const body = operation.requestBody?.content['application/json'].schema
      const given = (operation.parameters ?? []).flatMap(({ name }) =>
        typeof name === 'string' ? [name] : [],
      )
      expect([name, [...given, ...Object.keys((body?.properties ?? {}) as object)].sort()]).toEqual(
        [name, [...parameters].sort()],
      )
      const headers = (operation.parameters ?? []).flatMap(({ $ref }) => $ref ?? [])
      expect(headers).toEqual(
        risk === 'read'
          ? []
          : ['#/components/parameters/IdempotencyKey', '#/components/parameters/ChangeSet'],
      )
      expect(Object.keys(operation.responses)).toEqual(
        expect.arrayContaining([
          String(status),
          '401',
          '422',
          '429',
          ...(scope ? ['403'] : []),
          ...(risk === 'read' ? [] : ['400', '409']),
        ]),
      )
    }
  })

  it('knows every scope and group', () => {
    expect((document as unknown as Node)['x-scopes']).toEqual(scopes)
    expect(document.tags!.map(({ name }) => name)).toEqual(Object.keys(groups))
    const used = new Set(operationNames.map((name) => name.split('.')[0]))
    expect([...used].toSorted()).toEqual(Object.keys(groups).toSorted())
  })

  it('promises no address, phone number or secret in any answer', () => {
    const told = [...nodes(document)].flatMap(([place, { properties }]) =>
      place.includes('/responses/') ? Object.keys((properties ?? {}) as object) : [],
    )
    expect(told.length).toBeGreaterThan(100)
    expect(
      told.filter((name) => /e_?mail|phone|secret|^address$|link$|receipt|hosted/.test(name)),
    ).toEqual([])
  })
})

describe('The examples', () => {
  it('fit their schemas', () => {
    const ajv = new Ajv2020({ strict: false })
    formats.default(ajv)
    ajv.addSchema(document as never, 'doc')
    const shown = [...nodes(document)].filter(([, node]) => 'example' in node && 'schema' in node)
    expect(shown.length).toBeGreaterThan(2 * operationNames.length)
    for (const [place, { example }] of shown) {
      const pointer = `${place
        .slice(1)
        .replaceAll('application/json', 'application~1json')
        .replace(/(?<=^\/paths\/)(.+)(?=\/(get|post|patch|delete)\/)/, (path) =>
          path.replaceAll('/', '~1'),
        )}/schema`
      const validate = ajv.getSchema(`doc#${pointer}`)
      expect([place, validate?.(example), validate?.errors]).toEqual([place, true, null])
    }
  })

  it.each(operationNames)('show a call of %s that its own check takes', (name) => {
    expect(shapes[name].input.safeParse(exampleInput(name)).error).toBeUndefined()
  })
})

describe('The door', () => {
  const env: Record<string, string> = {
    SUPABASE_URL: 'https://project.example',
    SITE_URL: 'https://site.example',
  }
  const app = createApp({
    env: (name) => env[name],
    log: silentLog,
    now: () => new Date(),
    randomId: () => 'fixed',
    waitUntil: () => {},
    sql: () => {
      throw new Error('The database was asked')
    },
    signingKey: () => {
      throw new Error('The signing key was asked')
    },
  })
  const ask = (init: RequestInit = {}) => app.request('/agents/openapi.json', init)

  it('gives the document to everybody, to keep for a while, without asking the database', async () => {
    const response = await ask()
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual(JSON.parse(JSON.stringify(document)))
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'public, max-age=300',
      'access-control-allow-origin': '*',
      etag: expect.stringMatching(/^"[\w-]{27}"$/),
    })
  })

  it('answers 304 to who has it already, and nothing but that', async () => {
    const etag = (await ask()).headers.get('etag')!
    for (const known of [etag, `W/${etag}`, `"older", ${etag}`, '*']) {
      const response = await ask({ headers: { 'if-none-match': known } })
      expect([known, response.status, await response.text()]).toEqual([known, 304, ''])
      expect(response.headers.get('etag')).toBe(etag)
    }
    expect((await ask({ headers: { 'if-none-match': '"older"' } })).status).toBe(200)
    const wrong = await ask({ method: 'POST' })
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET'])
    expect((await ask({ method: 'HEAD' })).status).toBe(200)
  })
})
