import { styleText } from 'node:util'

const systems = {
  You: 'bold',
  Stripe: 'magenta',
  Commons: 'cyan',
  Mailchimp: 'yellow',
  Luma: 'green',
  Slack: 'red',
  Resend: 'white',
  Agent: 'cyan',
  Clock: 'blue',
} as const

export type System = keyof typeof systems

/** Prints the walk line by line: seconds since the start, the system, what happened there. */
export function createNarrator(write: (line: string) => void, now: () => number) {
  const began = now()
  let expectations = 0

  const chapter = (title: string) => write(`\n${styleText('bold', title)}`)

  function say(system: System, sentence: string) {
    const seconds = ((now() - began) / 1000).toFixed(2).padStart(6)
    write(
      `${styleText('dim', seconds)}  ${styleText(systems[system], system.padEnd(9))}  ${sentence}`,
    )
  }

  /** Says a sentence that must be true. Throws when it is not: a demo that lies is worse than none. */
  function expect(system: System, sentence: string, holds: unknown) {
    if (!holds) throw new Error(`Expected, and not so: ${sentence}`)
    expectations += 1
    say(system, `${sentence} ${styleText('green', '✓')}`)
  }

  /** One line of a list under the sentence before. */
  const detail = (line: string) => write(`${' '.repeat(21)}${styleText('dim', line)}`)

  return { chapter, say, expect, detail, count: () => expectations }
}

export type Narrator = ReturnType<typeof createNarrator>

/** Asks again and again until the answer is there. Throws after the time is over, in milliseconds. */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  within = 20_000,
): Promise<NonNullable<T>> {
  const end = performance.now() + within
  for (;;) {
    const answer = await ask()
    if (answer) return answer as NonNullable<T>
    if (performance.now() > end)
      throw new Error(`Waited ${within / 1000} s for this and it did not come: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
