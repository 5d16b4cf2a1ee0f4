/**
 * functions/agents/catalogue.ts: what agents can do, read from the tables that decide it.
 *   node_modules/.bin/node scripts/catalogue.ts                       writes it from the database of `npm start`
 *   node_modules/.bin/node scripts/catalogue.ts --check               fails when the file is not what would be written
 *   … --remote postgresql://postgres@127.0.0.1:56000/postgres         another database
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import postgres from 'postgres'

const repository = join(import.meta.dirname, '..')
const name = 'functions/agents/catalogue.ts'
const file = join(repository, name)

interface Catalogue {
  scopes: Record<string, string>
  rates: Record<string, Record<string, { capacity: number; seconds: number }>>
  operations: Record<string, Record<string, unknown>>
}

async function read(remote: string): Promise<Catalogue> {
  const sql = postgres(remote, { max: 1, onnotice: () => {} })
  try {
    const scopes =
      await sql`select s.scope::text, s.what from private.agent_scopes s order by s.scope`
    const rates = await sql`
      select r.rate_class::text, r.risk::text, r.capacity, extract(epoch from r.per)::integer as seconds
        from private.agent_rates r order by r.rate_class, r.risk`
    const operations = await sql`
      select operation, scope::text, risk::text, method, path, title, what, parameters, batch,
             is_personal, status
        from private.agent_operations order by place`
    const catalogue: Catalogue = { scopes: {}, rates: {}, operations: {} }
    for (const row of scopes) catalogue.scopes[row.scope] = row.what
    for (const { rate_class, risk, capacity, seconds } of rates) {
      catalogue.rates[rate_class] = {
        ...catalogue.rates[rate_class],
        [risk]: { capacity, seconds },
      }
    }
    for (const { operation, ...row } of operations) catalogue.operations[operation] = row
    return catalogue
  } finally {
    await sql.end()
  }
}

function write({ scopes, rates, operations }: Catalogue): string {
  const source = `
    // Written by \`npm run catalogue\` from private.agent_scopes, agent_rates and agent_operations. Edit those.

    /** What each scope means. */
    export const scopes = ${JSON.stringify(scopes)} as const

    /** How often a key of each class may call, by risk. Admins may have changed it since. */
    export const rates = ${JSON.stringify(rates)} as const

    /** Every operation, in the order in which they are shown. */
    export const catalogue = ${JSON.stringify(operations)} as const

    export type Scope = keyof typeof scopes
    export type RateClass = keyof typeof rates
    export type OperationName = keyof typeof catalogue

    export interface Operation {
      readonly scope: Scope | null
      readonly risk: 'read' | 'write' | 'destructive'
      readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
      readonly path: string
      readonly title: string
      readonly what: string
      readonly parameters: readonly string[]
      readonly batch: string | null
      readonly is_personal: boolean
      readonly status: 200 | 201 | 202
    }

    /** The names of the operations, in the order in which they are shown. */
    export const operationNames = Object.keys(catalogue) as OperationName[]

    /** What the catalogue says of one operation. */
    export const operationOf = (name: OperationName): Operation => catalogue[name]
    `
  return execFileSync(
    join(repository, 'node_modules', '.bin', 'biome'),
    ['format', `--stdin-file-path=${name}`],
    { cwd: repository, encoding: 'utf8', input: source },
  )
}

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    remote: { type: 'string', default: 'postgresql://postgres@127.0.0.1:54322/postgres' },
  },
})

const written = write(await read(values.remote))
if (!values.check) {
  writeFileSync(file, written)
  console.log(`Written: ${name}`)
} else if (readFileSync(file, 'utf8') !== written) {
  console.error(`${name} is not what the database says. Run: npm run catalogue`)
  process.exit(1)
}
