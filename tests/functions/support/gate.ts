import { expect, vi } from 'vitest'
import { act } from './people.ts'

/**
 * Does something while every write at a provider waits in the middle of its work. What it began goes on afterwards, however
 * it ended: so it hands that out in an object, and does not wait for it.
 */
export async function whileShut<T>(origin: string, work: () => Promise<T>): Promise<T> {
  await act(origin, 'gate', { shut: true })
  try {
    return await work()
  } finally {
    await act(origin, 'gate', { shut: false })
  }
}

/** Waits until so many writes stand at the gate of a provider. */
export async function writesWait(origin: string, count = 1): Promise<void> {
  const look = async () => await (await fetch(`${origin}/_sandbox/gate`)).json()
  const expected = { shut: true, waiting: count }
  await vi.waitFor(async () => expect(await look()).toEqual(expected), { timeout: 30_000 })
}
