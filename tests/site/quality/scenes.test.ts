// On any page, in any state: axe finds nothing serious, in light and dark, on a phone and on a desk; the page keeps to
// its Content-Security-Policy and complains of nothing; and the narrowest phone never scrolls sideways.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sideways } from '../support/people.ts'
import { openSite, type Site } from '../support/site.ts'
import { findings } from './axe.ts'
import { ofKind } from './pages.ts'
import { enter, listen, type Scene, scenesOf } from './support.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

test('axe sees what is wrong with a page', async () => {
  const { page, context } = await site.visit()
  await page.goto('/')
  await page.evaluate(() => {
    const main = document.querySelector('main')
    main?.insertAdjacentHTML('beforeend', '<button></button><p class="faint">Faint words</p>')
    for (const faint of document.querySelectorAll<HTMLElement>('.faint')) {
      faint.style.color = '#777'
      faint.style.background = '#888'
    }
  })
  const rules = new Set((await findings(page)).map(({ look, rule }) => `${look}: ${rule}`))
  expect(rules).toContain('light 320: button-name')
  expect(rules).toContain('dark 1280: color-contrast')
  await context.close()
})

/** How far a page can be pushed sideways on the narrowest phone, in pixels: as it is, and with text at 200 %. */
async function sidewaysWhenNarrow(page: Page): Promise<number[]> {
  await page.setViewportSize({ width: 320, height: 900 })
  const plain = await sideways(page)
  await page.evaluate(() => {
    document.documentElement.style.fontSize = '200%'
  })
  return [plain, await sideways(page)]
}

/** The refusals that a state is about: the browser says so of each. */
const refusals: Partial<Record<Scene['state'], RegExp>> = {
  failed: /\b500\b.*\/rest\//,
  expired: /\b400\b.*\/auth\/v1\/token/,
  lapsed: /\b403\b.*\/rest\//,
}
const unexpected = (complaints: string[], state?: Scene['state']) =>
  complaints.filter((line) => !(state && refusals[state]?.test(line)))

test.each(ofKind('reading', 'asking'))('$path', async ({ path }) => {
  const { page, context, complaints } = await site.visit()
  const refused = await listen(page)
  await page.goto(path)
  expect(await findings(page)).toEqual([])
  expect(await sidewaysWhenNarrow(page)).toEqual([0, 0])
  expect([await refused(), unexpected(complaints)]).toEqual([[], []])
  await context.close()
})

describe.each(ofKind('gated'))('$path', (sitePage) => {
  test.each(scenesOf(sitePage))('$state', async (scene) => {
    const { page, context, complaints } = await site.visit()
    const refused = await listen(page)
    await enter(site, sitePage, scene, context, page)
    expect(await findings(page)).toEqual([])
    expect(await sidewaysWhenNarrow(page)).toEqual([0, 0])
    expect([await refused(), unexpected(complaints, scene.state)]).toEqual([[], []])
    await context.close()
  })
})
