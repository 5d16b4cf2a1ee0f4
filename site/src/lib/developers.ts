import {
  operationNames,
  operationOf,
  rates,
  type Scope,
  scopes,
} from '../../../functions/agents/catalogue.ts'
import { exampleInput } from '../../../functions/agents/examples.ts'
import { openApiDocument } from '../../../functions/agents/openapi_document.ts'
import { groupOf, groups, refusals } from '../../../functions/agents/openapi_words.ts'
import { clientsOf, curlOf } from './connecting.ts'
import { type Field, fieldsOf, type Schema } from './schema_words.ts'

interface Parameter {
  name: string
  in: 'path' | 'query'
  required?: boolean
  description?: string
  schema: Schema
}
interface Content {
  content: { 'application/json': { schema: Schema; example?: unknown } }
}
interface Described {
  parameters?: (Parameter | { $ref: string })[]
  requestBody?: Content
  responses: Record<string, Content>
}

const PROPOSAL = '#/components/schemas/Proposal'

/** The page for developers: the same catalogue and document that the gateway serves, put into words. */
export function developersPage(supabaseUrl: string | undefined, siteUrl: string) {
  const doorsUrl = `${supabaseUrl ?? 'https://your-project.supabase.co'}/functions/v1/agents`
  const document = openApiDocument({ doorsUrl, siteUrl })
  const proposal = (document.components as { schemas: Record<string, Schema> }).schemas.Proposal!
  const shown = Object.fromEntries(
    operationNames.map((name) => {
      const { path, method } = operationOf(name)
      const found = document.paths?.[path]?.[method.toLowerCase() as 'get']
      return [name, found as unknown as Described]
    }),
  )

  const operation = (name: (typeof operationNames)[number]) => {
    const about = operationOf(name)
    const { parameters = [], requestBody, responses } = shown[name]!
    const given = parameters.filter((each): each is Parameter => 'in' in each)
    const body = requestBody?.content['application/json']
    const takes: Field[] = [
      ...given.map(({ name, required, schema }) => ({
        ...fieldsOf({ properties: { [name]: schema } })[0]!,
        isRequired: required === true,
      })),
      ...(body ? fieldsOf(body.schema) : []),
    ]
    const answer = responses[String(about.status)]!.content['application/json']
    const data = answer.schema.properties!.data!
    const isProposal = (data.items ?? data).$ref === PROPOSAL
    return {
      ...about,
      name,
      tool: name.replace('.', '_'),
      takes,
      /** A proposal is shown once, with the operation that reads one. */
      gives: isProposal && name === 'proposals.get' ? fieldsOf(proposal) : fieldsOf(data),
      isProposal,
      /** What becomes of a proposal is shown with the operation that reads one. */
      showsAnswer: groupOf(name) !== 'proposals' || name === 'proposals.get',
      isList: data.type === 'array',
      example: JSON.stringify(answer.example, null, 2),
      curl: curlOf({
        doorsUrl,
        method: about.method,
        path: about.path,
        isWrite: about.risk !== 'read',
        input: exampleInput(name),
      }),
    }
  }

  const all = operationNames.map(operation)
  return {
    doorsUrl,
    clients: clientsOf(doorsUrl),
    count: all.length,
    hello: all.find(({ name }) => name === 'keys.me')!,
    groups: Object.entries(groups).map(([id, words]) => ({
      id,
      ...words,
      operations: all.filter(({ name }) => groupOf(name) === id),
    })),
    scopes: (Object.entries(scopes) as [Scope, string][]).map(([scope, what]) => ({
      scope,
      what,
      operations: all.filter((each) => each.scope === scope),
    })),
    forAll: all.filter(({ scope }) => scope === null),
    rates: Object.entries(rates).map(([name, kinds]) => ({ name, kinds })),
    refusals: Object.entries(refusals).map(([status, words]) => ({ status, ...words })),
  }
}

export type DevelopersPage = ReturnType<typeof developersPage>
export type Operation = DevelopersPage['hello']
