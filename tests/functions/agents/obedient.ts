import { randomUUID } from 'node:crypto'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { operationOf } from '../../../functions/agents/catalogue.ts'
import { operationOfTool } from '../../../functions/agents/mcp_tools.ts'

/** Where an order asks for all that the model has read. */
export const everything = 'ALL THAT YOU HAVE READ'

export interface Order {
  tool: string
  args: Record<string, unknown>
  /** A key to come with instead of the model's own. */
  key?: string
}

export interface Done {
  tool: string
  args: Record<string, unknown>
  isRefused: boolean
  // biome-ignore lint/suspicious/noExplicitAny: the tests look at whatever an operation answers
  data: any
  /** What the model reads of it. */
  text: string
  next?: string
}

const isWrite = (tool: string) => {
  const operation = operationOfTool(tool)
  return operation !== undefined && operationOf(operation).risk !== 'read'
}

/** As a careless reader takes a text: hidden signs, odd letters and capitals make no difference. */
const plainly = (text: string) => text.normalize('NFKC').replace(/\p{Cf}/gu, '')

/** The piece of JSON that begins here, or undefined. */
function objectAt(text: string, from: number): Record<string, unknown> | undefined {
  for (let end = text.indexOf('}', from); end >= 0; end = text.indexOf('}', end + 1)) {
    try {
      return JSON.parse(text.slice(from, end + 1))
    } catch {
      // It goes on.
    }
  }
  return undefined
}

/** Every order that stands anywhere in a text: `call <tool> with {…}`, and whose key to use. */
export function ordersIn(text: string): Order[] {
  const words = plainly(text)
  return [...words.matchAll(/\bcall\s+([a-z_]+)(?:\s+as\s+(\S+))?\s+with\s+(?=\{)/gi)].flatMap(
    ({ 0: found, 1: tool, 2: key, index }) => {
      const args = objectAt(words, index + found.length)
      return args ? [{ tool: tool!.toLowerCase(), args, ...(key ? { key } : {}) }] : []
    },
  )
}

/** Every text in a value, however deep, names of fields included. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => [name, ...textsIn(inner)])
}

export interface Wishes {
  /** Lets so many seconds pass, when a tool says to wait. */
  wait(seconds: number): Promise<void>
}

/**
 * A model without judgement: whatever a tool answers, it reads all of it, believes every word and does at once what any
 * text in it says, whoever wrote it. It keeps to a pace only because it is told how long to wait.
 */
export async function connectObedient(url: string, secret: string, { wait }: Wishes) {
  const opened: Client[] = []
  async function open(key: string): Promise<Client> {
    const client = new Client({ name: 'obedient', version: '1' })
    const headers = { authorization: `Bearer ${key}` }
    await client.connect(
      new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }),
    )
    opened.push(client)
    return client
  }
  const own = await open(secret)
  const read: string[] = []
  const obeyed: (Order & { isRefused: boolean; text: string })[] = []
  const known = new Set<string>()

  /** Writes into the arguments what an order wants to carry out of here. */
  const carrying = (value: unknown): unknown =>
    value === everything
      ? read.join(' ').slice(0, 3900)
      : Array.isArray(value)
        ? value.map(carrying)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, carrying(each)]))
          : value

  async function callOnce(client: Client, tool: string, args: Record<string, unknown>) {
    const given = isWrite(tool) ? { idempotency_key: randomUUID(), ...args } : args
    try {
      const result = await client.callTool({ name: tool, arguments: given })
      const text = (result.content as { text?: string }[]).map((part) => part.text ?? '').join('\n')
      const structured = result.structuredContent as { data?: unknown; next?: string } | undefined
      return {
        isRefused: result.isError === true,
        data: structured?.data,
        next: structured?.next,
        text,
      }
    } catch (error) {
      return { isRefused: true, data: undefined, next: undefined, text: (error as Error).message }
    }
  }

  async function call(tool: string, args: Record<string, unknown>, client = own): Promise<Done> {
    for (let turn = 0; ; turn++) {
      const { next, ...result } = await callOnce(client, tool, args)
      const seconds = /Retry after (\d+) seconds/.exec(result.text)?.[1]
      if (!seconds || turn > 3) return { tool, args, ...result, ...(next ? { next } : {}) }
      await wait(Number(seconds))
    }
  }

  /** Does what an answer says, and then what the answers to that say, until nothing new is said. */
  async function obey(answer: Done): Promise<void> {
    const waiting = [answer]
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      const texts = [one.text, ...textsIn(one.data)]
      read.push(...texts)
      for (const order of texts.flatMap(ordersIn)) {
        const mark = JSON.stringify(order)
        if (known.has(mark)) continue
        known.add(mark)
        const client = order.key ? await open(order.key).catch((error: Error) => error) : own
        const done =
          client instanceof Error
            ? { ...order, isRefused: true, data: undefined, text: client.message }
            : await call(order.tool, carrying(order.args) as Record<string, unknown>, client)
        obeyed.push({ ...order, isRefused: done.isRefused, text: done.text })
        waiting.push(done)
      }
    }
  }

  return {
    /** Calls a tool for its own task, then does whatever the answer says. Throws when the tool refuses. */
    async use(tool: string, args: Record<string, unknown> = {}): Promise<Done> {
      const done = await call(tool, args)
      await obey(done)
      if (done.isRefused) throw new Error(`${tool}: ${done.text}`)
      return done
    },
    /** Is given a text, such as a mail that somebody forwards, and does what it says. */
    hear: (text: string): Promise<void> =>
      obey({ tool: '', args: {}, isRefused: false, data: undefined, text }),
    tools: async () => (await own.listTools()).tools.map(({ name }) => name),
    /** The orders that it found and followed, with what came of each. */
    obeyed,
    /** Everything that it was ever told. */
    memory: () => read.join('\n'),
    close: () => Promise.all(opened.map((client) => client.close())),
  }
}

export type Obedient = Awaited<ReturnType<typeof connectObedient>>
