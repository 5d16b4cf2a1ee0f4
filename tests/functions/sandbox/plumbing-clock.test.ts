import { expect, test } from 'vitest'
import { createClock } from '../../../scripts/sandbox/lib/clock.ts'

const START = new Date('2026-11-21T10:00:00Z')
const days = (count: number) => new Date(START.getTime() + count * 86_400_000)

test('the clock runs on with wall time after a jump', async () => {
  let wall = START
  const clock = createClock(() => wall)
  expect(clock.now()).toEqual(START)
  await clock.advanceTo(days(30))
  expect(clock.now()).toEqual(days(30))
  wall = days(1)
  expect(clock.now()).toEqual(days(31))
  clock.reset()
  expect(clock.now()).toEqual(days(1))
})

test('subscribers are awaited in order, and two advances do not overlap', async () => {
  const clock = createClock(() => START)
  const seen: string[] = []
  const note = (name: string) => async (from: Date, to: Date) => {
    seen.push(`${name} begins`)
    await Promise.resolve()
    seen.push(`${name} ${from.getUTCDate()} to ${to.getUTCDate()}`)
  }
  clock.onAdvance(note('first'))
  clock.onAdvance(note('second'))
  await Promise.all([clock.advanceTo(days(1)), clock.advanceTo(days(2))])
  expect(seen).toEqual([
    'first begins',
    'first 21 to 22',
    'second begins',
    'second 21 to 22',
    'first begins',
    'first 22 to 23',
    'second begins',
    'second 22 to 23',
  ])
})

test('the clock never goes back, and a failed jump does not stop the next', async () => {
  const clock = createClock(() => START)
  await expect(clock.advanceTo(days(-1))).rejects.toThrow(RangeError)
  await expect(clock.advanceTo(new Date('never'))).rejects.toThrow(RangeError)
  expect(clock.now()).toEqual(START)
  await clock.advanceTo(days(1))
  expect(clock.now()).toEqual(days(1))
})
