import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { carry, sessionOf } from './quality/support.ts'
import { keyboard } from './support/keyboard.ts'
import { arrived } from './support/pay.ts'
import { keepProfile } from './support/people.ts'
import { freshEmail, mailable, mailsTo, openSite, type Site, state, toast } from './support/site.ts'

let site: Site
let putBack: () => Promise<void>
beforeAll(async () => {
  site = await openSite()
  putBack = await keepProfile(site, 'Ada Park')
})
afterEach(() => putBack())
afterAll(() => site.close())

/** Opens a page as one of the cast, without touching it. */
async function as(who: string, path: string, width = 1100) {
  const { page, context, complaints } = await site.visit({ width })
  await carry(context, await sessionOf(who))
  await page.goto(path)
  await state(page, 'ready')
  return { page, complaints, keys: keyboard(page) }
}

test('the first stop of a page leads past its header', async () => {
  for (const path of ['/', '/join/', '/donate/']) {
    const { page } = await site.visit()
    await page.goto(path)
    const keys = keyboard(page)
    await keys.press('Tab')
    expect(await keys.here()).toMatch(/^link Skip to/)
    await keys.press('Enter')
    // The browser goes there after the key, not with it.
    await page.waitForURL('**#main')
    await page.evaluate(() => new Promise(requestAnimationFrame))
    await keys.press('Tab')
    const inMain = () => document.querySelector('main')?.contains(document.activeElement)
    expect(await page.evaluate(inMain), path).toBe(true)
  }
})

test('somebody joins with the keyboard alone, up to the welcome', async () => {
  const email = freshEmail('kira')
  const { page } = await site.visit()
  await page.goto('/')
  const keys = keyboard(page)
  await keys.tabTo(/^link .*Join/)
  await keys.press('Enter')
  await page.waitForURL('**/join/**')
  await keys.tabTo(/^radio /)
  const first = await keys.here()
  await keys.press('ArrowDown')
  expect(await keys.here()).not.toBe(first)
  await keys.press('ArrowUp')
  expect(await keys.here()).toBe(first)

  await keys.tabTo(/^textbox Your e-mail address/)
  await keys.type('nobody')
  await keys.press('Enter')
  await expect.poll(keys.here).toMatch(/^textbox Your e-mail address/)
  await expect.poll(keys.told).toContainEqual(expect.stringContaining('name@example.org'))
  const described = () => {
    const field = document.activeElement
    const ids = `${field?.getAttribute('aria-describedby')} ${field?.getAttribute('aria-errormessage')}`
    const words = ids
      .split(' ')
      .map((id) => document.getElementById(id)?.textContent)
      .join(' ')
    return [field?.getAttribute('aria-invalid'), words.includes('name@example.org')]
  }
  expect(await page.evaluate(described)).toEqual(['true', true])

  await keys.write(email)
  await keys.tabTo(/^(button|submit) Continue to payment/)
  await keys.press('Enter')
  await page.getByRole('heading', { name: /^Subscribe to/ }).waitFor()
  // From here it is Stripe's page; the sandbox's one stands in for it.
  for (const [field, text] of [
    ['Card number', '4242 4242 4242 4242'],
    ['Expiry', '12 / 39'],
    ['Security code', '123'],
    ['Name on card', 'Kira Keys'],
  ] as const) {
    await keys.tabTo(new RegExp(`^textbox ${field}`))
    await keys.type(text)
  }
  await keys.press('Enter')
  await page.waitForURL(({ pathname }) => pathname.startsWith('/welcome'))
  await arrived(site, email)
})

test('somebody signs in with the keyboard alone, and hears what went wrong on the way', async () => {
  const email = 'ada@example.org'
  const { page } = await site.visit()
  await page.goto('/sign-in/?next=/directory/')
  const keys = keyboard(page)
  await keys.tabTo(/^textbox Your e-mail address/)
  await keys.type('ada')
  await keys.press('Enter')
  await expect
    .poll(keys.told)
    .toContainEqual(expect.stringContaining('This does not look like an e-mail address'))
  expect(await keys.here()).toMatch(/^textbox Your e-mail address/)
  await mailable(email)
  const before = (await mailsTo(email)).length
  await keys.write(email)
  await keys.press('Enter')
  // The focus goes where the next thing is typed.
  await expect.poll(keys.here).toMatch(/^textbox Six-digit code/)
  await expect.poll(async () => (await mailsTo(email)).length).toBeGreaterThan(before)
  const [{ code } = { code: '' }] = await mailsTo(email)
  await keys.type(code === '000000' ? '111111' : '000000')
  await keys.press('Enter')
  await expect.poll(keys.told).toContainEqual(expect.stringContaining('wrong, used or too old'))
  expect(await keys.here()).toMatch(/^textbox Six-digit code/)
  await keys.write(code)
  await keys.press('Enter')
  await page.waitForURL('**/directory/')
  await state(page, 'ready')
})

test.each([1100, 320])(
  'a member edits her profile with the keyboard alone, %i px wide',
  async (width) => {
    const { page, complaints, keys } = await as('ada', '/account/profile/', width)
    await keys.tabTo(/^radio (Yes, list me|No, not now)/)
    const was = await keys.here()
    await keys.press('ArrowDown')
    expect(await keys.here()).not.toBe(was)
    await keys.press('ArrowUp')
    await keys.tabTo(/^textbox In one line/)
    await keys.write('Types everything')
    await keys.tabTo(/^textbox LinkedIn/)
    await keys.write('javascript:alert(1)')
    await keys.tabTo(/^(button|submit) Save my profile/)
    await keys.press('Enter')
    await expect.poll(keys.here).toMatch(/^textbox LinkedIn/)
    await expect.poll(keys.told).toContainEqual(expect.stringMatching(/LinkedIn/))
    await keys.write('https://www.linkedin.com/in/ada')
    await keys.tabTo(/^(button|submit) Save my profile/)
    await keys.press('Space')
    await toast(page, /^Saved\. /)
    const [saved] =
      await site.sql`select headline, linkedin_url from public.profiles where name = 'Ada Park'`
    expect(saved).toEqual({
      headline: 'Types everything',
      linkedin_url: 'https://www.linkedin.com/in/ada',
    })
    // The address that was refused, and nothing else.
    expect(complaints).toEqual([expect.stringContaining('422')])
  },
)

test.each([1100, 320])(
  'a member finds somebody and opens her page with the keyboard alone, %i px wide',
  async (width) => {
    const { page, complaints, keys } = await as('ada', '/directory/', width)
    await keys.tabTo(/^textbox Search for/)
    const [{ name } = { name: '' }] = await site.sql<{ name: string }[]>`
      select p.name from public.profiles p join public.member_emails e using (member_id) where e.email = 'lea@example.org'`
    await keys.type(name)
    await expect.poll(() => page.locator('.person [data-name]').allTextContents()).toEqual([name])
    // Not for fewer letters: the next answer would take the focus away from what she has found.
    await expect.poll(keys.told).toContainEqual(`One person matching “${name}”`)
    await keys.tabTo(new RegExp(`^link ${name}`))
    await keys.press('Enter')
    await page.waitForURL('**/directory/person/?id=*')
    await state(page, 'ready')
    await page.getByRole('heading', { level: 1, name }).waitFor()
    expect(complaints).toEqual([])
  },
)

test('a place is chosen from the list with the arrows, and Escape leaves things as they were', async () => {
  const { page, keys } = await as('ada', '/directory/')
  await keys.tabTo(/^combobox Place/)
  await keys.type('b')
  await page.getByRole('option').first().waitFor()
  await keys.press('Escape')
  await expect.poll(() => page.getByRole('option').count()).toBe(0)
  await keys.write('b')
  await page.getByRole('option').first().waitFor()
  await keys.press('ArrowDown')
  const active = () => {
    const id = document.activeElement?.getAttribute('aria-activedescendant')
    return (id && document.getElementById(id)?.textContent?.trim()) || ''
  }
  const place = await page.evaluate(active)
  expect(place).not.toBe('')
  await keys.press('Enter')
  await expect.poll(() => new URL(page.url()).searchParams.get('place')).toBe(place)
})

test('a member reaches her billing page with the keyboard alone', async () => {
  const { page, keys } = await as('ada', '/account/')
  await keys.tabTo(/^button (Billing and receipts|.*[Rr]eceipts|.*[Cc]ard)/)
  await keys.press('Enter')
  await page.waitForURL((url) => url.origin === new URL(site.urls.stripe).origin)
  await page.getByRole('heading').first().waitFor()
})

test('a page that shows no focus, or asks for a mouse, would not pass', async () => {
  const { page, keys } = await as('ada', '/directory/')
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet()
    const bare =
      'outline: none !important; box-shadow: none !important; border-color: red !important; background: none !important'
    sheet.replaceSync(
      `*, *::before, *::after, *:focus-visible { ${bare}; text-decoration: none !important }`,
    )
    document.adoptedStyleSheets.push(sheet)
  })
  await expect(keys.tabTo(/^link Lea/)).rejects.toThrow('one sees where the focus is')
  await page.reload()
  await state(page, 'ready')
  await expect(keys.tabTo(/^button Only with a mouse/)).rejects.toThrow('cannot be reached')
})

test('what a page says in passing where nobody sees it would not count, and the rest counts once', async () => {
  const { page, keys } = await as('ada', '/directory/')
  const say = (words: string, look = '') =>
    page.evaluate(
      ([text, style]) => {
        const sheet = new CSSStyleSheet()
        sheet.replaceSync(`.toast { ${style} }`)
        document.adoptedStyleSheets = [sheet]
        document.querySelector('#toast')!.textContent = text!
      },
      [words, look],
    )
  await say('Not there', 'display: none')
  await say('Not to be seen', 'visibility: hidden')
  await say('Seen')
  expect(await toast(page, /./)).toBe('Seen')
  expect(await keys.told()).not.toContain('Seen')
  await say('Seen again')
  expect(await toast(page, 'Seen')).toBe('Seen again')
})
