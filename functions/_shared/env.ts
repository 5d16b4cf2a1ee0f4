/** Reads one variable of the environment. Only an index.ts knows where it comes from. */
export type Env = (name: string) => string | undefined

/** A setting that a function cannot work without is not there. Answered with 503; names only, never values. */
export class MissingSetting extends Error {
  readonly setting: string

  constructor(setting: string) {
    super(`The setting ${setting} is missing`)
    this.name = 'MissingSetting'
    this.setting = setting
  }
}

/** The value of a variable. Throws MissingSetting when it is unset or blank, so that nothing is compared with `undefined`. */
export function required(env: Env, name: string): string {
  const value = env(name)?.trim()
  if (!value) throw new MissingSetting(name)
  return value
}

/** The value of a variable, or undefined when it is unset or blank. */
export function optional(env: Env, name: string): string | undefined {
  return env(name)?.trim() || undefined
}

/** Makes something at its first use and keeps it: a missing setting is then said by a request, not at start-up. */
export function lazy<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
