import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import {
  operationNames,
  operationOf,
  type Scope,
  scopes,
} from '../../functions/agents/catalogue.ts'
import { openSite, type Site } from './support/site.ts'

const { api } = inject('urls')

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

test('the page for developers lists every operation as the catalogue has it, and nothing else', async () => {
  const { page, complaints } = await site.visit({ javaScript: false, width: 320 })
  await page.goto('/developers/')
  const shown = await page
    .locator('.operation')
    .evaluateAll((rows) =>
      rows.map((row) => [
        row.id,
        row.querySelector('h4')?.textContent,
        row.querySelector('.address b')?.textContent,
        row.querySelector('.address code')?.textContent,
        row.querySelector('.tag')?.textContent,
      ]),
    )
  const wanted = operationNames.map((name) => {
    const { title, method, path, risk } = operationOf(name)
    return [name, title, method, path, risk]
  })
  expect(shown.toSorted()).toEqual(wanted.toSorted())
  const rows = await page
    .locator('#scopes tbody tr')
    .evaluateAll((all) =>
      all.map((row) => [
        row.querySelector('th')?.textContent?.trim(),
        [...row.querySelectorAll('a')].map((link) => link.textContent),
      ]),
    )
  const openTo = (scope: Scope | null) =>
    operationNames.filter((name) => operationOf(name).scope === scope)
  expect(rows).toEqual([
    ...(Object.keys(scopes) as Scope[]).map((scope) => [scope, openTo(scope)]),
    ['none needed', openTo(null)],
  ])
  expect(complaints).toEqual([])
})

test('an operation opens without JavaScript, with what it takes, a call to paste and what it answers', async () => {
  const { page } = await site.visit({ javaScript: false, width: 320 })
  await page.goto('/developers/')
  const refund = page.locator('[id="payments.propose_refund"]')
  expect(await refund.locator('pre').first().isVisible()).toBe(false)
  await refund.locator('summary').click()
  const call = await refund.locator('pre').first().innerText()
  expect(call).toContain(`curl -X POST ${api}/functions/v1/agents/payments/refunds`)
  expect(call).toContain('-H "Idempotency-Key: $(uuidgen)"')
  expect(await refund.getByText('needed').count()).toBe(2)
  // Everything open at once still fits the narrowest phone.
  const sideways = await page.evaluate(() => {
    for (const each of document.querySelectorAll('details')) each.open = true
    return document.documentElement.scrollWidth - document.documentElement.clientWidth
  })
  expect(sideways).toBe(0)
})

test('what one pastes leads to the doors of this project, and the document is there', async () => {
  const { page } = await site.visit({ javaScript: false })
  await page.goto('/developers/')
  const claude = await page.locator('#claude-code pre').innerText()
  expect(claude).toContain(`claude mcp add --transport http commons ${api}/functions/v1/agents/mcp`)
  const href = await page.getByRole('link', { name: 'OpenAPI document' }).getAttribute('href')
  const served = await fetch(href!)
  expect(await served.json()).toMatchObject({
    openapi: '3.1.1',
    servers: [{ url: `${api}/functions/v1/agents` }],
    externalDocs: { url: `${inject('urls').site}/developers/` },
  })
})
