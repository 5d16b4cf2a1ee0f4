// On any page, in any state: axe finds nothing serious, in light and dark, on a phone and on a desk, and the page keeps
// to its Content-Security-Policy.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSite, type Site } from '../support/site.ts'
import { findings } from './axe.ts'
import { ofKind } from './pages.ts'
import { enter, listen, scenesOf } from './support.ts'

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

const aboutPolicy = (complaints: string[]) =>
  complaints.filter((line) => /Content.Security|Refused/i.test(line))

test.each(ofKind('reading', 'asking'))('$path', async ({ path }) => {
  const { page, context, complaints } = await site.visit()
  const refused = await listen(page)
  await page.goto(path)
  expect(await findings(page)).toEqual([])
  expect([await refused(), aboutPolicy(complaints)]).toEqual([[], []])
  await context.close()
})

describe.each(ofKind('gated'))('$path', (sitePage) => {
  test.each(scenesOf(sitePage))('$state', async (scene) => {
    const { page, context, complaints } = await site.visit()
    const refused = await listen(page)
    await enter(site, sitePage, scene, context, page)
    expect(await findings(page)).toEqual([])
    expect([await refused(), aboutPolicy(complaints)]).toEqual([[], []])
    await context.close()
  })
})
