import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type axe from 'axe-core'
import type { Page } from 'playwright-core'

interface Found {
  rule: string
  impact: string
  where: string[]
}

const colourRules = ['color-contrast', 'link-in-text-block']
// Evaluated over the debugger, because the page's own policy lets no stranger's script in.
const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

function run(page: Page, rules: string[] | undefined): Promise<Found[]> {
  return page.evaluate(async (only) => {
    const { axe: checker } = window as unknown as { axe: typeof axe }
    const results = await checker.run(document, {
      resultTypes: ['violations'],
      ...(only ? { runOnly: { type: 'rule', values: only } } : {}),
    })
    return results.violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, impact, nodes }) => ({
        rule: id,
        impact: impact ?? '',
        where: nodes.map(
          (node) => `${node.target.join(' ')} · ${node.any[0]?.message ?? node.html}`,
        ),
      }))
  }, rules)
}

/**
 * What axe finds serious or critical on a page as it stands: everything in light at a phone's and a desk's width, and
 * what has to do with colours in dark. Each finding says where.
 */
export async function findings(page: Page): Promise<(Found & { look: string })[]> {
  const all: (Found & { look: string })[] = []
  await page.evaluate(source)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // Back from where it was left: each change of the width lays the page out anew.
    for (const width of colorScheme === 'light' ? [320, 1280] : [1280, 320]) {
      await page.setViewportSize({ width, height: 900 })
      const found = await run(page, colorScheme === 'dark' ? colourRules : undefined)
      all.push(...found.map((each) => ({ look: `${colorScheme} ${width}`, ...each })))
    }
  }
  return all
}
