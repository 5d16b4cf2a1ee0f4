import type { Clock } from './clock.ts'
import type { Ledger } from './ledger.ts'
import { type Delivery, type Message, type Post, postMessage } from './post.ts'

/** What can be switched on to make deliveries as unreliable as real ones. */
export interface DeliverySwitches {
  /** Every delivery is sent twice. */
  duplicate: boolean
  /** Messages are collected, for a moment or until a pause ends, and sent last one first. */
  reorder: boolean
  /** Messages are never sent (they can be redelivered by id). */
  drop: boolean
  /** Messages wait until the switch is off again. */
  pause: boolean
  /** Before every delivery a copy with a wrong signature is sent. */
  forge: boolean
}

export interface DelivererOptions extends Post {
  ledger: Ledger
  clock: Clock
  /** Seconds on the sandbox clock between attempts; after the last one the message is abandoned. */
  retrySeconds?: readonly number[]
  /** How many messages are on their way at once; 1 (the default) keeps their order. */
  concurrency?: number
  /** Wall milliseconds during which `reorder` collects messages. */
  reorderMs?: number
}

export interface Deliverer {
  /** Queues a message; returns at once. */
  send(message: Message): void
  /** Sends a known message again, whatever became of it. False when the id is unknown. */
  redeliver(id: string): boolean
  set(switches: Partial<DeliverySwitches>): void
  switches(): DeliverySwitches
  deliveries(): Delivery[]
  /** Resolves when nothing is on its way; what waits for a retry or a pause does not count. */
  settle(): Promise<void>
  reset(): void
  close(): void
}

interface Item extends Delivery {
  message: Message
  /** Sandbox time (milliseconds) of the next attempt. */
  due: number
  timer?: NodeJS.Timeout
}

const MINUTE = 60
const HOUR = 60 * MINUTE
const DEFAULT_RETRIES = [5, 30, 2 * MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR, 40 * HOUR]
const OFF = { duplicate: false, reorder: false, drop: false, pause: false, forge: false }
// So many finished messages are remembered, for redelivery.
const KEPT = 5000
// setTimeout fires at once beyond this many milliseconds.
const LONGEST_TIMER = 2 ** 31 - 1

/**
 * Creates a sender of signed webhooks with a queue and retries at growing intervals. A retry comes
 * when the sandbox clock, which runs on with wall time, has come so far, or at once when it is advanced beyond it.
 */
export function createDeliverer(options: DelivererOptions): Deliverer {
  const { ledger, clock, retrySeconds = DEFAULT_RETRIES, concurrency = 1 } = options
  const switches: DeliverySwitches = { ...OFF }
  let items: Item[] = []
  let line: Item[] = []
  let held: Item[] = []
  let holdTimer: NodeJS.Timeout | undefined
  let running = 0
  let closed = false
  let idle: (() => void)[] = []
  // Counts resets: what was on its way before one must not be noted after it.
  let era = 0

  const isIdle = () => running === 0 && (held.length + line.length === 0 || switches.pause)

  function pump() {
    while (!closed && !switches.pause && running < concurrency && line.length > 0) {
      const item = line.shift()!
      running += 1
      void attempt(item, clock.now().getTime()).finally(() => {
        running -= 1
        pump()
      })
    }
    if (isIdle() || closed) {
      for (const done of idle) done()
      idle = []
    }
  }

  /** Sends one item; `at` is the sandbox time from which the next retry is counted. */
  async function attempt(item: Item, at: number) {
    clearTimeout(item.timer)
    const { id, message } = item
    const begun = era
    const outdated = () => closed || era !== begun
    if (switches.forge) {
      const result = await postMessage(message, options, 'forged')
      if (outdated()) return
      ledger.add('webhook.forged', id, { ...message.detail, ...result })
    }
    const copies = switches.duplicate ? 2 : 1
    item.attempts += 1
    let result = { status: 0 }
    for (let copy = 1; copy <= copies; copy += 1) {
      result = await postMessage(message, options, 'true')
      if (outdated()) return
      const outcome = isGood(result.status) ? 'webhook.delivered' : 'webhook.failed'
      const detail = { ...message.detail, ...result, attempt: item.attempts }
      ledger.add(outcome, id, copy > 1 ? { ...detail, duplicate: true } : detail)
    }
    item.status = result.status
    if (isGood(result.status)) item.state = 'delivered'
    else retryLater(item, at)
  }

  function retryLater(item: Item, at: number) {
    const pause = retrySeconds[item.attempts - 1]
    if (pause === undefined) {
      item.state = 'abandoned'
      ledger.add('webhook.abandoned', item.id, { ...item.message.detail, attempts: item.attempts })
      return
    }
    item.state = 'retrying'
    item.due = at + pause * 1000
    enqueueWhenDue(item)
  }

  /** The sandbox clock says when: while it stands still, nothing falls due. */
  function enqueueWhenDue(item: Item) {
    const wait = item.due - clock.now().getTime()
    const look = () => (item.due > clock.now().getTime() ? enqueueWhenDue(item) : enqueue(item))
    item.timer = setTimeout(look, Math.min(Math.max(0, wait), LONGEST_TIMER))
    // A retry in an hour must not keep the process alive.
    item.timer.unref()
  }

  function enqueue(item: Item) {
    clearTimeout(item.timer)
    item.state = 'waiting'
    line.push(item)
    pump()
  }

  function releaseHeld() {
    clearTimeout(holdTimer)
    line.push(...held.reverse())
    held = []
    pump()
  }

  clock.onAdvance(async (_from, to) => {
    const overdue = () =>
      items
        .filter((i) => i.state === 'retrying' && i.due <= to.getTime())
        .sort((a, b) => a.due - b.due)[0]
    // One by one and in order of time: a long jump may hold several attempts of one message.
    for (let item = overdue(); item && !closed && !switches.pause; item = overdue()) {
      item.state = 'waiting'
      await attempt(item, item.due)
    }
  })

  return {
    send(message) {
      const item: Item = {
        id: message.id,
        state: 'waiting',
        attempts: 0,
        status: 0,
        message,
        due: 0,
      }
      items.push(item)
      if (items.length > KEPT * 2) items = items.filter((i, at) => !isOver(i) || at >= KEPT)
      if (switches.drop) {
        item.state = 'dropped'
        ledger.add('webhook.dropped', item.id, message.detail)
      } else if (switches.reorder) {
        held.push(item)
        clearTimeout(holdTimer)
        // What comes during a pause is one batch, however long it takes.
        if (!switches.pause) holdTimer = setTimeout(releaseHeld, options.reorderMs ?? 300)
      } else enqueue(item)
    },
    redeliver(id) {
      const known = items.findLast((item) => item.id === id)
      if (!known) return false
      known.attempts = 0
      if (!line.includes(known)) enqueue(known)
      return true
    },
    set(wish) {
      const wasPaused = switches.pause
      Object.assign(switches, wish)
      if (!switches.reorder || (wasPaused && !switches.pause)) releaseHeld()
      pump()
    },
    switches: () => ({ ...switches }),
    deliveries: () =>
      items.map(({ id, state, attempts, status }) => ({ id, state, attempts, status })),
    settle: () => new Promise((done) => (isIdle() ? done() : idle.push(done))),
    reset() {
      for (const item of items) clearTimeout(item.timer)
      clearTimeout(holdTimer)
      era += 1
      items = []
      line = []
      held = []
      Object.assign(switches, OFF)
      pump()
    },
    close() {
      closed = true
      for (const item of items) clearTimeout(item.timer)
      clearTimeout(holdTimer)
      pump()
    },
  }
}

const isOver = ({ state }: Item) => state === 'delivered' || state === 'abandoned'
const isGood = (status: number) => status >= 200 && status < 300
