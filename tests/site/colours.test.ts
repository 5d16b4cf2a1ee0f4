import { describe, expect, test } from 'vitest'
import { community, type Palette } from '../../site/community.config.ts'

/** Relative luminance of a colour such as #86215c, as WCAG defines it. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

type Pair = [keyof Palette, keyof Palette]

/** What is written on what. */
const texts: Pair[] = [
  ['ink', 'paper'],
  ['ink', 'surface'],
  ['ink', 'sunSoft'],
  ['ink', 'alarmSoft'],
  ['muted', 'paper'],
  ['muted', 'surface'],
  ['muted', 'accentSoft'],
  ['accent', 'paper'],
  ['accent', 'surface'],
  ['accent', 'accentSoft'],
  ['accent', 'sunSoft'],
  ['onAccent', 'accent'],
  ['surface', 'alarm'],
  ['alarm', 'surface'],
  ['alarm', 'paper'],
  ['alarm', 'alarmSoft'],
  ['leaf', 'leafSoft'],
  ['leaf', 'surface'],
  ['leaf', 'accentSoft'],
  ['ink', 'leafSoft'],
  ['ink', 'accentSoft'],
]

/** Edges of what can be typed into or pressed. */
const edges: Pair[] = [
  ['edge', 'surface'],
  ['edge', 'paper'],
  ['accent', 'surface'],
]

describe.each(Object.entries(community.colours))('in the %s colours', (_name, palette: Palette) => {
  test.each(texts)('%s can be read on %s', (above, below) => {
    expect(contrast(palette[above], palette[below])).toBeGreaterThanOrEqual(4.5)
  })
  test.each(edges)('%s can be seen on %s', (above, below) => {
    expect(contrast(palette[above], palette[below])).toBeGreaterThanOrEqual(3)
  })
})
