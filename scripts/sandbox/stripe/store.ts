import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { stateKeys, type World } from './world.ts'

type Kept = { map: [string, unknown][] } | { set: string[] }

/** Writes everything that the account holds to a file; replaced whole, never half. */
export function saveWorld(world: World, file: string) {
  const kept: Record<string, Kept> = {}
  for (const key of stateKeys) {
    const value = world[key]
    if (value instanceof Map) kept[key] = { map: [...value] }
    else if (value instanceof Set) kept[key] = { set: [...value] }
  }
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.new`, JSON.stringify(kept))
  renameSync(`${file}.new`, file)
}

/** Reads what `saveWorld` wrote. False when there is no file; throws when it is not one of ours. */
export function loadWorld(world: World, file: string): boolean {
  if (!existsSync(file)) return false
  const kept = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Kept>
  for (const key of stateKeys) {
    const value = kept[key]
    if (!value) continue
    Object.assign(world, { [key]: 'map' in value ? new Map(value.map) : new Set(value.set) })
  }
  return true
}

/** Saves a moment after each change, at most once a second, and at once when told to. */
export function createKeeper(world: World, file: string | undefined) {
  let timer: NodeJS.Timeout | undefined
  const save = () => {
    clearTimeout(timer)
    timer = undefined
    if (file) saveWorld(world, file)
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
