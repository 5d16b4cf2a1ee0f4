import type { Room } from '../functions/events/room.ts'
import { dyingAfter } from './dying.ts'

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
      const steps = dyingAfter(room.deps, 'luma', last)
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
