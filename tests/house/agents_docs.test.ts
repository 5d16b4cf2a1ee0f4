import { describe, expect, test } from 'vitest'
import {
  operationNames,
  operationOf,
  rates,
  type Scope,
  scopes,
} from '../../functions/agents/catalogue.ts'
import { refusals } from '../../functions/agents/openapi_words.ts'
import { clientsOf, exchangeOf } from '../../site/src/lib/connecting.ts'
import { read } from './files.ts'

const page = read('docs/agents.md')

/** The lines of the page between two of its marks. */
const between = (name: string) =>
  page.split(new RegExp(`<!-- ${name}:.*-->\n`))[1]?.split(`<!-- /${name} -->`)[0]
const table = (head: string[], rows: string[][]) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('')

const operationsOf = (scope: Scope | null) =>
  operationNames
    .filter((name) => operationOf(name).scope === scope)
    .map((name) => {
      const { risk } = operationOf(name)
      return `\`${name}\`${risk === 'read' ? '' : ` (${risk})`}`
    })
    .join(', ')

describe('docs/agents.md has from its sources', () => {
  test('the scopes with their operations and risks', () => {
    const rows = (Object.keys(scopes) as Scope[]).map((scope) => [
      `\`${scope}\``,
      scopes[scope],
      operationsOf(scope),
    ])
    const own = ['none needed', 'What is about the key’s own doing.', operationsOf(null)]
    expect(between('scopes')).toBe(table(['scope', 'allows', 'operations'], [...rows, own]))
  })

  test('the refusals and what to do', () => {
    const rows = Object.entries(refusals).map(([status, { description, remedy }]) => [
      status,
      description,
      remedy ?? 'Send less at once.',
    ])
    expect(between('refusals')).toBe(table(['', 'when', 'what would work, as an example'], rows))
  })

  test('the pace of each class', () => {
    const rows = Object.entries(rates).map(([name, { read, write, destructive }]) => [
      `*${name}*`,
      ...[read, write, destructive].map(({ capacity, seconds }) => `${capacity} in ${seconds} s`),
    ])
    expect(between('rates')).toBe(table(['class', 'read', 'write', 'destructive'], rows))
  })

  test('what one pastes into Claude Code and Cursor, and every configuration is JSON', () => {
    const clients = Object.fromEntries(
      clientsOf('PROJECT/functions/v1/agents').map(({ id, text }) => [id, text]),
    )
    expect(page).toContain(clients['claude-code'])
    const blocks = [...page.matchAll(/```json\n([\s\S]+?)```/g)].map(([, text]) =>
      JSON.parse(text!),
    )
    for (const id of ['claude-desktop', 'cursor']) {
      expect(blocks).toContainEqual(JSON.parse(clients[id]!))
    }
  })

  test('nothing to paste into a shell that lacks what it takes, here and on the page for developers', () => {
    const shells = [...page.matchAll(/```sh\n([\s\S]+?)```/g)].map(([, text]) => text!)
    const given = ['COMMONS_KEY', 'PUBLISHABLE_KEY']
    for (const text of [...shells, exchangeOf('https://project.example/functions/v1/agents')]) {
      const set = [...text.matchAll(/^(\w+)=/gm)].map(([, name]) => name)
      const used = [...text.matchAll(/\$([A-Z]\w*)/g)].map(([, name]) => name!)
      expect(used.length, text).toBeGreaterThan(0)
      expect(used.filter((name) => !given.includes(name) && !set.includes(name))).toEqual([])
    }
  })

  test('no operation, tool or scope that there is not', () => {
    const named = [...page.matchAll(/`([a-z_]+)\.([a-z_]+)`/g)].map(
      ([, group, verb]) => `${group}.${verb}`,
    )
    const strange = named.filter(
      (name) => !operationNames.includes(name as never) && !/\.(json|md|ts)$/.test(name),
    )
    expect(strange).toEqual([])
    expect(named.length).toBeGreaterThan(40)
  })
})
