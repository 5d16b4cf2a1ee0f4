import type { LumaClient } from '../../functions/_shared/providers/luma.ts'
import type { Sql } from '../../functions/_shared/sql.ts'
import type { JobDeps } from '../../functions/events/deps.ts'
import type { Room } from '../functions/events/room.ts'

/** Everything that a worker asks of the database or of Luma, in order. */
export interface Steps {
  deps: JobDeps
  /** What it did so far: `sql …` or `luma …`. */
  done: string[]
  /** Resolves when it has died. */
  dead: Promise<void>
}

const never = new Promise<never>(() => {})

/** The parts of a worker that dies after its n-th step: the step is done, its answer never heard, nothing follows. */
export function dyingAfter(deps: JobDeps, last: number): Steps {
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
  const luma = Object.fromEntries(
    Object.entries(deps.luma).map(([name, verb]) => [
      name,
      (...args: unknown[]) =>
        step(`luma ${name}`, () => Reflect.apply(verb, deps.luma, args) as Promise<unknown>),
    ]),
  ) as unknown as LumaClient
  return { deps: { ...deps, sql, luma }, done, dead }
}

export interface Crashes {
  /** So much time passes that leases and claims end, and that Luma has shown what it created. */
  timePasses(): Promise<void>
  /** How Luma's webhooks travel. */
  webhooks(switches: object): Promise<unknown>
  /**
   * Lets a worker die after its n-th step and another one go on later. Luma's webhooks are lost, so that nothing but
   * the record and the look-up help. Returns what the first had done.
   */
  crashAfter(last: number, meanwhile?: () => Promise<unknown>): Promise<string[]>
}

export function crashesOf(room: Room): Crashes {
  const crashes: Crashes = {
    async timePasses() {
      await room.sql`update pgmq.q_events set vt = clock_timestamp() where vt > clock_timestamp()`
      await room.sql`update private.luma_events set claimed_until = private.clock() - interval '1 second' where claim is not null`
      await room.sql`update jobs.effects set started_at = started_at - interval '1 minute'`
    },
    webhooks: (switches) =>
      fetch(`${room.luma.url}/_sandbox/webhooks`, {
        method: 'POST',
        body: JSON.stringify(switches),
      }),
    async crashAfter(last, meanwhile) {
      await crashes.webhooks({ drop: true })
      const steps = dyingAfter(room.deps, last)
      // One job at a time: what it holds when it dies keeps it from taking another.
      const dying = room.workerWith(steps.deps, 1)
      void dying.drain().catch(() => {})
      await steps.dead
      await meanwhile?.()
      await crashes.timePasses()
      await room.work()
      dying.stop()
      return steps.done
    },
  }
  return crashes
}
