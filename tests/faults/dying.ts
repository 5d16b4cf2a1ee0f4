import type { Sql } from '../../functions/_shared/sql.ts'

/** A worker's parts of which one step is the last that it lives to see. */
export interface Dying<Deps> {
  deps: Deps
  /** What it did so far: `sql …`, or the client and its verb. */
  done: string[]
  /** Resolves when it has died. */
  dead: Promise<void>
}

type Verbs = Record<string, (...args: unknown[]) => unknown>

const never = new Promise<never>(() => {})

/**
 * The parts of a worker that dies after its n-th step: the step is done, its answer never heard, nothing follows. Steps
 * are what it asks of the database, and of the client of that name.
 */
export function dyingAfter<Deps extends { sql: Sql }>(
  deps: Deps,
  client: keyof Deps & string,
  last: number,
): Dying<Deps> {
  const done: string[] = []
  const { promise: dead, resolve: die } = Promise.withResolvers<void>()
  let begun = 0

  async function step<T>(name: string, work: () => PromiseLike<T>): Promise<T> {
    begun += 1
    if (begun > last) return await never
    const isLast = begun === last
    const answer = await work()
    done.push(name)
    if (!isLast) return answer
    die()
    return await never
  }

  const sql = new Proxy(deps.sql, {
    apply(target, self, args: [TemplateStringsArray, ...unknown[]]) {
      const name = /(?:private|jobs)\.(\w+)/.exec(args[0].join(' '))?.[1] ?? 'select'
      return step(`sql ${name}`, () => Reflect.apply(target, self, args) as PromiseLike<unknown>)
    },
  }) as Sql
  const verbs = Object.entries(deps[client] as unknown as Verbs).map(([name, verb]) => [
    name,
    (...args: unknown[]) =>
      step(`${client} ${name}`, () => Reflect.apply(verb, deps[client], args) as Promise<unknown>),
  ])
  return { deps: { ...deps, sql, [client]: Object.fromEntries(verbs) }, done, dead }
}
