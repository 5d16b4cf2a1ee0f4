import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Calendar, Guest, LumaEvent } from './state.ts'

type KeptEvent = Omit<LumaEvent, 'guests'> & { guests: Guest[] }

const moments = new Set(['createdAt', 'registeredAt', 'invitedAt', 'checkedInAt'])

/** Writes the events and their guests to a file; replaced whole, never half. */
export function saveCalendar(calendar: Calendar, file: string): void {
  const events = [...calendar.events.values()].map((event) => ({
    ...event,
    guests: [...event.guests.values()],
  }))
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.new`, JSON.stringify({ events, hasWaitlist: calendar.hasWaitlist }))
  renameSync(`${file}.new`, file)
}

/** Reads what `saveCalendar` wrote. False when there is no file. */
export function loadCalendar(calendar: Calendar, file: string): boolean {
  if (!existsSync(file)) return false
  const revive = (key: string, value: unknown) =>
    moments.has(key) && typeof value === 'string' ? new Date(value) : value
  const kept = JSON.parse(readFileSync(file, 'utf8'), revive) as {
    events: KeptEvent[]
    hasWaitlist: boolean
  }
  for (const { guests, ...event } of kept.events) {
    const byId = new Map(guests.map((guest) => [guest.id, guest]))
    calendar.events.set(event.id, { ...event, guests: byId })
  }
  calendar.hasWaitlist = kept.hasWaitlist
  return true
}

/** Saves a moment after each change, at most once a second, and at once when told to. */
export function createKeeper(calendar: Calendar, file: string | undefined) {
  let timer: NodeJS.Timeout | undefined
  const save = () => {
    clearTimeout(timer)
    timer = undefined
    if (file) saveCalendar(calendar, file)
  }
  return {
    changed() {
      if (!file || timer) return
      timer = setTimeout(save, 1_000)
      timer.unref()
    },
    save,
  }
}
