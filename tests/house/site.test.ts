import { describe, expect, test } from 'vitest'
import { filesLike, offences } from './files.ts'

const scripts = filesLike(/^site\/src\/.*\.(ts|astro)$/)
const queries = scripts.filter((file) => /^site\/src\/rooms\/[a-z]+\/data\.ts$/.test(file))

describe('the site', () => {
  test('has rooms that ask the database', () => {
    expect(queries.length).toBeGreaterThan(4)
  })

  test('asks the database in data.ts of a room, and nowhere else', () => {
    const asks = (line: string) =>
      /\bdb\s*\.\s*(rpc|from)\(|import\b.*\bdb\b.*supabase\.ts/.test(line)
    expect(
      offences(
        scripts.filter((file) => !queries.includes(file)),
        asks,
      ),
    ).toEqual([])
    expect(offences(queries, asks)).not.toEqual([])
  })

  test('never makes markup of text', () => {
    const makes = (line: string) =>
      /\.(inner|outer)HTML\s*=|insertAdjacentHTML|document\.write|set:html|createContextualFragment/.test(
        line,
      )
    expect(offences(scripts, makes)).toEqual([])
    expect(makes('place.innerHTML = name')).toBe(true)
  })

  test('has no inline style or handler, which its policy would refuse', () => {
    const inline = (line: string) => /\s(style|on[a-z]+)=["'{]/.test(line)
    expect(offences(scripts, inline)).toEqual([])
  })
})
