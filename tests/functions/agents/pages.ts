import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '../../../scripts/local/run-folder.ts'

export const firstAgents = ['finance', 'support', 'engagement'] as const
export type FirstAgent = (typeof firstAgents)[number]

/** A page of docs/agents as programs read it. */
export interface AgentPage {
  /** All of it. */
  text: string
  /** The SQL that makes its key, and what else an admin runs. */
  sql: string
  /** The words for the model. */
  prompt: string
  /** The worked example: what is called, and mostly what is answered. */
  calls: { tool: string; arguments: Record<string, unknown>; answer?: { data: unknown } }[]
}

const blocks = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, inner]) => inner!,
  )

/** Reads what docs/agents says of one of the first agents. */
export function readPage(agent: FirstAgent): AgentPage {
  const text = readFileSync(join(repository, 'docs/agents', `${agent}.md`), 'utf8')
  const shown = blocks(text, 'json').map((block) => JSON.parse(block))
  return {
    text,
    sql: blocks(text, 'sql').join('\n'),
    prompt: blocks(text, 'text').join('\n'),
    calls: shown.flatMap((each, at) => {
      if (!('tool' in each)) return []
      const next = shown[at + 1]
      return [next && !('tool' in next) ? { ...each, answer: next } : each]
    }),
  }
}
