import { ProtocolError, ProtocolErrorCode, Server } from '@modelcontextprotocol/server'
import { answerTo } from '../_shared/problems.ts'
import type { OperationName } from './catalogue.ts'
import { headersOf, operationOfTool, toolsFor } from './mcp_tools.ts'
import { instructions, resultOf } from './mcp_words.ts'
import type { Answered } from './operate.ts'

/** What one request of a client of MCP may do, and what its door learns of it. */
export interface Session {
  /** The scopes that count now. */
  rights: readonly string[]
  websiteUrl: string | undefined
  perform(
    operation: OperationName,
    input: Record<string, unknown>,
    how: { idempotencyKey?: string; changeSet?: string },
  ): Promise<Answered>
  /** Is told when something failed on our side. */
  failed(error: unknown): void
}

/** An argument that stands for a header. What is no text is no value that the database would take. */
const headerOf = (given: unknown) => (typeof given === 'string' ? given : '')

/** The parameters of the operation, and what the gateway takes from headers. */
export function split(operation: OperationName, given: Record<string, unknown>) {
  const input = { ...given }
  const how: { idempotencyKey?: string; changeSet?: string } = {}
  for (const header of headersOf(operation)) {
    const value = input[header]
    delete input[header]
    if (value === undefined || value === null) continue
    if (header === 'idempotency_key') how.idempotencyKey = headerOf(value)
    else how.changeSet = headerOf(value)
  }
  return { input, how }
}

/** A server for one request: the operations of the key as tools, and nothing else. */
export function serverFor(session: Session): Server {
  const { websiteUrl } = session
  const server = new Server(
    {
      name: 'commons',
      title: 'Commons',
      version: '1.0.0',
      ...(websiteUrl ? { websiteUrl } : {}),
    },
    { capabilities: { tools: {} }, instructions },
  )
  server.setRequestHandler('tools/list', () => {
    try {
      return { tools: toolsFor(session.rights) }
    } catch (error) {
      session.failed(error)
      throw new ProtocolError(ProtocolErrorCode.InternalError, 'Something went wrong on our side')
    }
  })
  server.setRequestHandler('tools/call', async ({ params }) => {
    const operation = operationOfTool(params.name)
    if (!operation) {
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'There is no such tool')
    }
    const { input, how } = split(operation, params.arguments ?? {})
    try {
      return resultOf(await session.perform(operation, input, how))
    } catch (error) {
      // Nothing internal gets out: the SDK would hand on what the error says.
      session.failed(error)
      const { status, body } = answerTo(error)
      return resultOf({ status, body, isReplayed: false })
    }
  })
  return server
}
