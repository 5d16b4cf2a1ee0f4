// Every operation of the catalogue, at every door, with every state of a key: a new operation is attacked at once.
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type OperationName,
  operationNames,
  operationOf,
  type Scope,
  scopes,
} from '../../functions/agents/catalogue.ts'
import { type Cell, closeCells, everyCell, openCells, type World } from './agents_cells.ts'

let world: World
beforeAll(async () => {
  world = await openCells()
})
afterAll(() => closeCells(world))

const cells: Record<string, number> = {}

test('The catalogue has what there is to attack', () => {
  expect(operationNames.length).toBeGreaterThanOrEqual(40)
  const needed = new Set(operationNames.map((name) => operationOf(name).scope).filter(Boolean))
  expect([...needed].sort(), 'every scope opens something').toEqual(Object.keys(scopes).sort())
})

/** What a cell has to be answered. */
function verdict(cell: Cell, scope: Scope | null): unknown {
  if (cell.state === 'held') return 'let in'
  if (cell.state === 'missing' || cell.state === 'narrow' || cell.state === 'withdrawn')
    return `403 ${scope}`
  if (cell.state === 'stale' && cell.door === 'rest') return '401 PGRST303'
  return '401 This key is not known, or not any more'
}

test.each(operationNames)('%s', async (operation: OperationName) => {
  const { scope } = operationOf(operation)
  await world.prepare(operation)
  const asked = everyCell(scope)
  const found = await Promise.all(
    asked.map(async (cell) => [
      `${cell.door} ${cell.with} ${cell.state}`,
      await world.ask(operation, cell),
    ]),
  )
  const expected = asked.map((cell) => [
    `${cell.door} ${cell.with} ${cell.state}`,
    verdict(cell, scope),
  ])
  expect(found).toEqual(expected)
  for (const { state } of asked) cells[state] = (cells[state] ?? 0) + 1
})

test('Every cell was tried', () => {
  const scoped = operationNames.filter((name) => operationOf(name).scope).length
  const open = operationNames.length - scoped
  const tried = Object.values(cells).reduce((sum, n) => sum + n, 0)
  console.log(
    `scope matrix over HTTP: ${tried} cells, ${operationNames.length} operations, ${JSON.stringify(cells)}`,
  )
  expect(tried).toBe(scoped * 17 + open * 12)
})
