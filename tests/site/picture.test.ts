import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { keepProfile } from './support/people.ts'
import { openSite, type Site, signIn, state, toast } from './support/site.ts'

let site: Site
let putBack: () => Promise<void>
beforeAll(async () => {
  site = await openSite()
  putBack = await keepProfile(site, 'Ada Park')
})
afterEach(() => putBack())
afterAll(() => site.close())

async function open(email: string, path: string) {
  const visit = await site.visit()
  await signIn(visit.page, email, path)
  await visit.page.locator('[data-state=ready], [data-state=empty]').waitFor()
  return visit
}

/** A photograph of so many pixels: its left third is red, the middle green, the right blue. */
async function photograph(page: Page, width: number, height: number) {
  const url = await page.evaluate(
    ([wide, high]) => {
      const canvas = document.createElement('canvas')
      canvas.width = wide!
      canvas.height = high!
      const pen = canvas.getContext('2d')!
      for (const [index, colour] of ['#d00', '#0a0', '#00d'].entries()) {
        pen.fillStyle = colour
        pen.fillRect((index * wide!) / 3, 0, wide! / 3, high!)
      }
      return canvas.toDataURL('image/png')
    },
    [width, height],
  )
  const buffer = Buffer.from(url.slice(url.indexOf(',') + 1), 'base64')
  return { name: 'me.png', mimeType: 'image/png', buffer }
}

/** The size of the picture over a tile, and the colour of its corner and its middle. */
const look = (page: Page, tile: string) =>
  page.locator(`${tile} img.there`).evaluate(async (element) => {
    const image = element as HTMLImageElement
    const answer = await fetch(image.src)
    const bitmap = await createImageBitmap(await answer.blob())
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
    const pen = canvas.getContext('2d')!
    pen.drawImage(bitmap, 0, 0)
    const at = (x: number, y: number) => [...pen.getImageData(x, y, 1, 1).data.slice(0, 3)]
    return {
      size: [bitmap.width, bitmap.height],
      corner: at(3, 3),
      middle: at(bitmap.width / 2, bitmap.height / 2),
    }
  })
const green = (colour: number[]) => colour[1]! > 120 && colour[0]! < 60 && colour[2]! < 60

test('a picture becomes a small square, is seen by those who may, and can be removed', async () => {
  const { page, complaints } = await open('ada@example.org', '/account/profile/')
  const posted = page.waitForRequest('**/functions/v1/members/picture')
  await page.getByLabel('Choose a picture').setInputFiles(await photograph(page, 3000, 1000))
  const sent = await posted
  expect(sent.headers()['content-type']).toBe('image/webp')
  await page.getByText('Your picture is kept.').waitFor()
  const [{ picture } = { picture: '' }] = await site.sql`
    select picture from public.profiles where name = 'Ada Park'`
  expect(picture).toMatch(/^00000000-0000-4000-8000-000000000001\/[0-9a-f-]{36}\.webp$/)
  const [object] = await site.sql`
    select (metadata ->> 'size')::integer as size from storage.objects where bucket_id = 'pictures' and name = ${picture}`
  expect(object?.size).toBeLessThan(100_000)
  expect(await page.getByText('Not saved yet').isVisible(), 'it needs no saving').toBe(false)

  const lea = await open('lea@example.org', '/directory/')
  await lea.page.locator('.person .tile img.there').first().waitFor()
  let batches = 0
  lea.page.on('request', (request) => {
    if (request.url().includes('/storage/v1/object/sign/pictures') && request.method() === 'POST')
      batches += 1
  })
  await lea.page.evaluate(() => sessionStorage.clear())
  await lea.page.reload()
  await lea.page.locator('.person .tile img.there').first().waitFor()
  expect(batches, 'one question for all pictures of a page').toBe(1)
  const seen = await look(lea.page, '.person .tile')
  expect(seen.size).toEqual([640, 640])
  expect([green(seen.corner), green(seen.middle)], 'the middle was kept').toEqual([true, true])
  await lea.page.getByRole('link', { name: 'Ada Park' }).click()
  expect((await look(lea.page, '[data-person] .tile')).size).toEqual([640, 640])
  expect(batches, 'a known address is not asked for again').toBe(1)

  await page.getByLabel('Who sees this: Your picture').selectOption('Only me')
  await page.getByRole('button', { name: 'Save my profile' }).click()
  await toast(page, /^Saved\. /)
  await lea.page.reload()
  await state(lea.page, 'ready')
  expect(await lea.page.locator('[data-person] [data-picture]').count()).toBe(0)

  await page.reload()
  await page.locator('[data-my-picture] img.there').waitFor()
  await page.getByRole('button', { name: 'Remove it' }).click()
  await page.getByText('Your picture is gone.').waitFor()
  expect(await page.locator('[data-my-picture] img').count()).toBe(0)
  expect(await site.sql`select picture from public.profiles where name = 'Ada Park'`).toEqual([
    { picture: null },
  ])
  expect([...complaints, ...lea.complaints]).toEqual([])
})

test('what is no picture is refused at the field, and the old one stays', async () => {
  const { page } = await open('ada@example.org', '/account/profile/')
  await page.getByLabel('Choose a picture').setInputFiles({
    name: 'me.png',
    mimeType: 'image/png',
    buffer: Buffer.from('<svg onload="alert(1)">'),
  })
  const said = page.locator('[data-error-for=picture]')
  await expect.poll(() => said.textContent()).toContain('This file cannot be read as a picture.')
  expect(await page.locator('#choose-picture').getAttribute('aria-invalid')).toBe('true')
  await page.getByLabel('Choose a picture').setInputFiles(await photograph(page, 30, 30))
  await expect.poll(() => said.textContent()).toContain('small')
  expect(await site.sql`select picture from public.profiles where name = 'Ada Park'`).toEqual([
    { picture: null },
  ])
})

test('a picture that does not come leaves the initials', async () => {
  const { page, complaints } = await open('ada@example.org', '/account/profile/')
  await page.getByLabel('Choose a picture').setInputFiles(await photograph(page, 800, 800))
  await page.getByText('Your picture is kept.').waitFor()
  await page.evaluate(() => sessionStorage.clear())
  await page.route('**/storage/v1/**', (route) => route.abort())
  await page.goto('/directory/?search=ada park')
  await page.getByRole('link', { name: 'Ada Park' }).waitFor()
  await expect
    .poll(() => complaints.filter((said) => said.includes('/storage/')).length)
    .toBeGreaterThan(0)
  expect(await page.locator('.person .tile').first().textContent()).toBe('AP')
  expect(await page.locator('[data-state=ready]').count()).toBe(1)
})
