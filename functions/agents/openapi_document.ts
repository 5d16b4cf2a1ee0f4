import { z } from 'zod'
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
} from 'zod-openapi'
import { type OperationName, operationNames, operationOf, type Scope, scopes } from './catalogue.ts'
import { exampleData, exampleInput } from './examples.ts'
import { about, groupOf, groups, refusals } from './openapi_words.ts'
import { shapes } from './operations/index.ts'
import { proposal } from './operations/proposals.ts'
import { tidy } from './schema.ts'
import { answerOf, problem, said } from './shapes.ts'

const AS_OF = '2026-11-21T18:00:00Z'

const correlation = {
  'X-Correlation-Id': {
    description: 'Stands beside this request in our logs. Name it when you write to us.',
    schema: { type: 'string' },
  },
} as const

const retryAfter = {
  'Retry-After': {
    description: 'In how many seconds the same call may be taken.',
    schema: { type: 'integer', minimum: 1 },
  },
} as const

const challenge = {
  'WWW-Authenticate': { description: 'That a key is wanted.', schema: { type: 'string' } },
} as const

const replayed = {
  'Idempotent-Replayed': {
    description: 'There, and true, when this is the answer that the same write had before.',
    schema: { const: 'true' },
  },
} as const

const refusalAnswers = Object.fromEntries(
  Object.entries(refusals).map(([status, { description, ...error }]) => [
    `Refused${status}`,
    {
      description,
      headers: {
        ...correlation,
        ...(status === '401' ? challenge : {}),
        ...(status === '429' || status === '503' ? retryAfter : {}),
      },
      content: { 'application/json': { schema: problem, example: { error } } },
    } satisfies ZodOpenApiResponseObject,
  ]),
)

/** The refusals that an operation knows. */
function refusalsOf(operation: OperationName) {
  const { scope, risk, parameters } = operationOf(operation)
  const isWrite = risk !== 'read'
  const statuses = Object.keys(refusals).filter((status) => {
    if (status === '400' || status === '409' || status === '413') return isWrite
    // What it takes back needs the scopes of what was written.
    if (status === '403') return scope !== null || operation === 'change_sets.undo'
    if (status === '404') return isWrite || parameters.length > 0
    return true
  })
  return Object.fromEntries(
    statuses.map((status) => [status, { $ref: `#/components/responses/Refused${status}` }]),
  )
}

const placesOf = (path: string) => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)

/** Some of the parameters of an operation, as a shape of their own, each with its example. */
function part(operation: OperationName, wanted: (name: string) => boolean): z.ZodObject | null {
  const { shape } = shapes[operation].input
  const example = exampleInput(operation)
  const chosen = Object.entries(shape as Record<string, z.ZodType>)
    .filter(([name]) => wanted(name))
    .map(([name, each]) => [
      name,
      name in example ? each.meta({ ...each.meta(), param: { example: example[name] } }) : each,
    ])
  return chosen.length > 0 ? z.strictObject(Object.fromEntries(chosen)) : null
}

const pick = (from: Record<string, unknown>, wanted: (name: string) => boolean) =>
  Object.fromEntries(Object.entries(from).filter(([name]) => wanted(name)))

function operationObject(name: OperationName): ZodOpenApiOperationObject {
  const { scope, risk, path, title, what, status, batch, is_personal } = operationOf(name)
  const places = placesOf(path)
  const inPath = part(name, (each) => places.includes(each))
  const rest = part(name, (each) => !places.includes(each))
  const isWrite = risk !== 'read'
  const example = exampleInput(name)
  const body = rest && {
    required: Object.values(rest.shape).some((each) => !each.safeParse(undefined).success),
    content: {
      'application/json': {
        schema: rest,
        example: pick(example, (each) => !places.includes(each)),
      },
    },
  }
  return {
    operationId: name,
    tags: [groupOf(name)],
    summary: title,
    description: what,
    security: [{ key: scope ? [scope] : [] }],
    'x-scope': scope,
    'x-risk': risk,
    'x-mcp-tool': name.replace('.', '_'),
    'x-is-personal': is_personal,
    ...(batch ? { 'x-batch': batch } : {}),
    requestParams: {
      ...(inPath ? { path: inPath } : {}),
      ...(rest && !isWrite ? { query: rest } : {}),
    },
    ...(isWrite
      ? {
          parameters: [
            { $ref: '#/components/parameters/IdempotencyKey' },
            { $ref: '#/components/parameters/ChangeSet' },
          ],
        }
      : {}),
    ...(isWrite && body ? { requestBody: body } : {}),
    responses: {
      [status]: {
        description: title,
        headers: { ...correlation, ...(isWrite ? replayed : {}) },
        content: {
          'application/json': {
            schema: answerOf(shapes[name].output),
            example: { data: exampleData(name), as_of: AS_OF },
          },
        },
      },
      ...refusalsOf(name),
    },
  }
}

const knownScope = z.enum(Object.keys(scopes) as [Scope, ...Scope[]])

const tokenOperation: ZodOpenApiOperationObject = {
  operationId: 'token',
  tags: ['keys'],
  summary: 'Exchange a key for a token',
  description:
    'A token of five minutes, with the scopes that the key has now. It opens these doors as the key does, and the Data API: POST /rest/v1/rpc/call_operation, and the tables that hold nobody’s data.',
  security: [{ key: [] }],
  requestBody: {
    required: false,
    content: {
      'application/json': {
        schema: z.strictObject({
          scopes: z
            .array(knownScope)
            .min(1)
            .optional()
            .describe('Only these scopes of the key. Left out: all of them.'),
        }),
      },
    },
  },
  responses: {
    '200': {
      description: 'The token',
      headers: correlation,
      content: {
        'application/json': {
          schema: z.strictObject({
            access_token: z.string().describe('Send it as Authorization: Bearer …'),
            token_type: z.literal('bearer').describe('How it is sent.'),
            expires_in: z.int().min(1).max(300).describe('Seconds that it is good for.'),
            scopes: z.array(knownScope).describe('What it may do.'),
          }),
        },
      },
    },
    ...Object.fromEntries(
      [400, 401, 403, 413, 422, 429, 500, 503].map((status) => [
        String(status),
        { $ref: `#/components/responses/Refused${status}` },
      ]),
    ),
  },
}

function paths(): ZodOpenApiPathsObject {
  const all: ZodOpenApiPathsObject = { '/token': { post: tokenOperation } }
  for (const name of operationNames) {
    const { path, method } = operationOf(name)
    all[path] = { ...all[path], [method.toLowerCase()]: operationObject(name) }
  }
  return all
}

/** The OpenAPI document of the gateway, made of the catalogue and the shapes of its operations. */
export function openApiDocument({ doorsUrl, siteUrl }: { doorsUrl: string; siteUrl: string }) {
  return createDocument(
    {
      openapi: '3.1.1',
      info: {
        title: 'Commons for agents',
        version: '1.0.0',
        summary: 'What programs may do for the community, each within the rights of its key.',
        description: about,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      externalDocs: {
        url: new URL('/developers/', siteUrl).href,
        description: 'The same, to read',
      },
      servers: [{ url: doorsUrl }],
      tags: Object.entries(groups).map(([name, { title, what }]) => ({
        name,
        description: what,
        'x-title': title,
      })),
      'x-scopes': scopes,
      paths: paths(),
      components: {
        schemas: { Said: said, Proposal: proposal, Problem: problem },
        responses: refusalAnswers,
        parameters: {
          IdempotencyKey: {
            in: 'header',
            name: 'Idempotency-Key',
            required: true,
            description:
              'A new one for each write; the same one when this very write is sent again.',
            schema: { type: 'string', pattern: '^[!-~]{1,200}$' },
            example: '0c3f8f1e-5a4e-4a57-9a53-2f6a1f0d2b11',
          },
          ChangeSet: {
            in: 'header',
            name: 'Change-Set',
            required: false,
            description: 'The id of an open change set to which this write belongs.',
            schema: { type: 'string', format: 'uuid' },
          },
        },
        securitySchemes: {
          key: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'cak_live_… or a token',
            description:
              'A key as an admin made it, or a token that /token gave for it. What an operation needs of its scopes stands with it.',
          },
        },
      },
    },
    { override: ({ jsonSchema }) => tidy(jsonSchema as Record<string, unknown>) },
  )
}
