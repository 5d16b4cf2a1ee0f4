import type { Tool } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { lazy } from '../_shared/env.ts'
import { type Operation, type OperationName, operationNames, operationOf } from './catalogue.ts'
import { shapes } from './operations/index.ts'
import { schemaOf } from './schema.ts'
import { answerOf } from './shapes.ts'

const idempotencyKey = z
  .string()
  .regex(/^[!-~]{1,200}$/)
  .describe(
    'A new one for each write, such as a UUID; the same one when this very write is sent again. The same again gets the same answer, and is done once.',
  )

const changeSet = z
  .guid()
  .optional()
  .describe(
    'The id of a change set that is open: what is written for one task can be undone together.',
  )

/** Which parameters of a tool are no parameters of its operation, but headers at the gateway. */
export function headersOf(operation: OperationName): ('idempotency_key' | 'change_set')[] {
  const { risk, parameters } = operationOf(operation)
  if (risk === 'read') return []
  // What is about change sets names one as its own parameter.
  return parameters.includes('change_set') ? ['idempotency_key'] : ['idempotency_key', 'change_set']
}

/** The tool's name: the operation's, with signs that every client takes. */
const nameOf = (operation: OperationName) => operation.replace('.', '_')

const operations = new Map(operationNames.map((operation) => [nameOf(operation), operation]))

/** The operation that a tool is, or undefined when there is no such tool. */
export const operationOfTool = (name: string): OperationName | undefined => operations.get(name)

const risks: Record<Operation['risk'], string> = {
  read: 'Reads only.',
  write: 'Changes something. What can be taken back, change_sets_undo takes back.',
  destructive:
    'Destructive: moves money, ends something or deletes. What goes beyond the limits of the key waits for an admin.',
}

function describe({ what, scope, risk, is_personal, batch, parameters }: Operation): string {
  return [
    what,
    scope ? `Needs the scope ${scope}.` : 'Needs no scope.',
    risks[risk],
    is_personal
      ? 'Holds personal data: each call is noted in the audit log, with how many rows it gave.'
      : '',
    parameters.includes('limit') ? 'Gives 100 rows at most; go on with after.' : '',
    batch
      ? `Counts against the pace of ${risk} calls as many times as ${batch} says.`
      : `Counts against the pace of ${risk} calls.`,
  ]
    .filter(Boolean)
    .join(' ')
}

const inputOf = (operation: OperationName): z.ZodObject => {
  const { input } = shapes[operation]
  const headers = headersOf(operation)
  return input.extend({
    ...(headers.includes('idempotency_key') ? { idempotency_key: idempotencyKey } : {}),
    ...(headers.includes('change_set') ? { change_set: changeSet } : {}),
  })
}

function toolOf(operation: OperationName): Tool {
  const about = operationOf(operation)
  const reads = about.risk === 'read'
  return {
    name: nameOf(operation),
    title: about.title,
    description: describe(about),
    inputSchema: schemaOf(inputOf(operation), 'input') as Tool['inputSchema'],
    outputSchema: schemaOf(answerOf(shapes[operation].output), 'output') as Tool['inputSchema'],
    annotations: {
      title: about.title,
      readOnlyHint: reads,
      destructiveHint: about.risk === 'destructive',
      // The same idempotency_key again does nothing again.
      idempotentHint: true,
      openWorldHint: !reads,
    },
  }
}

/** Every operation as a tool, in the order of the catalogue. Made once, when somebody asks for the list. */
const all = lazy(() => operationNames.map((operation) => ({ operation, tool: toolOf(operation) })))

/** The tools that a key with these scopes has. */
export function toolsFor(scopes: readonly string[]): Tool[] {
  return all()
    .filter(({ operation }) => {
      const { scope } = operationOf(operation)
      return scope === null || scopes.includes(scope)
    })
    .map(({ tool }) => tool)
}
