// Answers of the directory that come late, or in another order than they were asked for.
import type { Request } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listPeople, shownNames } from './support/people.ts'
import { openSite, type Site, signIn, state } from './support/site.ts'

let site: Site
let listed: Awaited<ReturnType<typeof listPeople>>
beforeAll(async () => {
  site = await openSite()
  listed = await listPeople(site, [
    { name: 'Zoë Quist', location: 'Quillota, Chile' },
    { name: 'Zora Quist', location: 'Quito, Ecuador' },
    { name: 'Zuzana Quist' },
  ])
})
afterAll(async () => {
  await listed.leave()
  await site.close()
})

async function open(email: string) {
  const visit = await site.visit()
  await signIn(visit.page, email, '/directory/')
  return visit
}

test('a slow answer never overwrites a newer one', async () => {
  const { page, complaints } = await open('ada@example.org')
  await state(page, 'ready')
  const order: string[] = []
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route('**/rest/v1/rpc/directory', async (route) => {
    const { search } = route.request().postDataJSON() as { search?: string }
    if (search === 'zora') await held
    await route.continue().catch(() => {})
    order.push(search ?? '')
  })
  const isOld = (request: Request) => request.postData()?.includes('"zora"') ?? false
  const heard = page.waitForRequest(isOld)
  const ended = Promise.race([
    page.waitForEvent('requestfinished', isOld),
    page.waitForEvent('requestfailed', isOld),
  ])
  await page.getByRole('searchbox').fill('zora')
  await heard
  await page.getByRole('searchbox').fill('zuzana')
  await expect.poll(() => shownNames(page)).toEqual(['Zuzana Quist'])
  release()
  await expect.poll(() => order).toEqual(['zuzana', 'zora'])
  // Whatever the page makes of it, it has made it by the time that it paints anew.
  await ended
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  )
  expect(await shownNames(page)).toEqual(['Zuzana Quist'])
  expect(complaints.filter((said) => !said.includes('ERR_ABORTED'))).toEqual([])
})

test('what is typed for a place stays while an earlier answer is on its way', async () => {
  const { page, complaints } = await open('ada@example.org')
  await state(page, 'ready')
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
  await page.route('**/rest/v1/rpc/directory', async (route) => {
    await answered
    await route.continue()
  })
  const heard = page.waitForRequest('**/rest/v1/rpc/directory')
  await page.getByRole('searchbox').fill('quist')
  await heard
  const place = page.getByRole('combobox', { name: 'Place' })
  await place.pressSequentially('quil')
  await page.getByRole('option', { name: 'Quillota, Chile' }).waitFor()
  answer()
  await expect
    .poll(() => page.locator('[data-found]').textContent())
    .toBe('3 people matching “quist”')
  expect(await place.inputValue()).toBe('quil')
  await place.press('Enter')
  await expect.poll(() => shownNames(page)).toEqual(['Zoë Quist'])
  expect(await place.inputValue()).toBe('Quillota, Chile')
  expect(complaints).toEqual([])
})
