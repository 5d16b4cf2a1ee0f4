import { expect, test } from 'vitest'
import { filesLike, read } from './files.ts'

const docs = filesLike(/^docs\/.*\.md$/)
  .map(read)
  .join('\n')
const made = /create (?:or replace )?(?:view|function) (admin\.\w+)/g

/** Views and functions of schema admin that a text does not name. */
function unnamed(sql: string, text: string): string[] {
  const names = new Set([...sql.matchAll(made)].map((found) => found[1] ?? ''))
  return [...names].filter((name) => !new RegExp(`\\b${name}\\b`).test(text))
}

test('Every view and function for admins is named in docs/', () => {
  const sql = filesLike(/^migrations\/.*\.sql$/)
    .map(read)
    .join('\n')
  expect([...sql.matchAll(made)].length).toBeGreaterThan(20)
  expect(unnamed(sql, docs)).toEqual([])
})

test('This rule finds one that nobody wrote about, also beside a longer name', () => {
  const sql = 'create view admin.job as select 1; create function admin.told() returns void'
  expect(unnamed(sql, 'Look at admin.jobs, then call admin.told().')).toEqual(['admin.job'])
})
