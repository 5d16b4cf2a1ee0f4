/**
 * Makes the pictures that stand for the public pages where their address is shared, in the site's own type, colours
 * and quilt: `npm run og`. They are kept in the repository; site/og.json says what they were made from, and a test
 * fails when words or colours have changed since.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { chromium } from 'playwright-core'
import { sharePictures } from '../site/og.ts'
import { repository } from './local/run-folder.ts'

/** What a picture was made from, as a short sign. */
export const madeFrom = (html: string): string =>
  createHash('sha256').update(html).digest('hex').slice(0, 16)

async function draw() {
  const site = join(repository, 'site')
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell',
    args: ['--no-sandbox', '--disable-gpu', '--disable-lcd-text'],
  })
  try {
    const page = await browser.newPage({
      viewport: { width: 1200, height: 630 },
      colorScheme: 'light',
    })
    let html = ''
    await page.route('http://og.invalid/**', (route) => {
      const { pathname } = new URL(route.request().url())
      return pathname === '/'
        ? route.fulfill({ contentType: 'text/html', body: html })
        : route.fulfill({ body: readFileSync(join(site, 'public', pathname)) })
    })
    const made: Record<string, string> = {}
    for (const picture of sharePictures) {
      html = picture.html
      await page.goto('http://og.invalid/')
      await page.evaluate(() => document.fonts.ready)
      const target = join(site, 'public', picture.file)
      mkdirSync(dirname(target), { recursive: true })
      writeFileSync(target, await page.screenshot())
      made[picture.file] = madeFrom(html)
    }
    writeFileSync(join(site, 'og.json'), `${JSON.stringify(made, null, 2)}\n`)
  } finally {
    await browser.close()
  }
}

if (import.meta.main) await draw()
