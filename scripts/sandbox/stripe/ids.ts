import { randomBytes } from 'node:crypto'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** A source of random bytes; tests may pass a fixed one. */
export type Random = (size: number) => Uint8Array

export const systemRandom: Random = (size) => randomBytes(size)

/** A new id such as `cus_…`: the prefix and `length` letters and digits. */
export function newId(random: Random, prefix: string, length = 24): string {
  let id = `${prefix}_`
  for (const byte of random(length)) id += ALPHABET[byte % ALPHABET.length]
  return id
}

/** A small seeded generator (mulberry32), so that a shuffle can be repeated. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** A shuffled copy (Fisher–Yates). */
export function shuffled<T>(list: readonly T[], random: () => number): T[] {
  const copy = [...list]
  for (let i = copy.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1))
    const held = copy[i]!
    copy[i] = copy[j]!
    copy[j] = held
  }
  return copy
}
