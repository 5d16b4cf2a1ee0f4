/**
 * The figures of docs/admin.md: what a documented query answers on the demo data, set as a table in the site's fonts.
 * Studio itself is not in them. Part of `npm run screenshots`; alone, against a database that holds the demo data:
 *   node scripts/admin-pictures.ts postgresql://…
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import postgres from 'postgres'
import { openBrowser } from './browser.ts'
import { repository } from './local/run-folder.ts'

interface Figure {
  name: string
  query: string
  /** One wide row is shown as one line a column. */
  upright?: boolean
}

const figures: Figure[] = [
  {
    name: 'admin-person',
    query: `select * from admin.person\n where member_id = admin.member_of('dot@example.org');`,
    upright: true,
  },
  { name: 'admin-explain', query: `select * from admin.explain_member('dot@example.org');` },
  {
    name: 'admin-refused',
    query: `update public.memberships set access_until = 'infinity'\n where member_id = admin.member_of('cyn@example.org');`,
  },
]

const words = (value: unknown): string =>
  value instanceof Date
    ? value.toISOString().slice(0, 16).replace('T', ' ')
    : value === null || value === undefined
      ? '–'
      : String(value)

const safe = (text: string): string =>
  text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign] ?? sign)

const line = (cells: string[], cell = 'td'): string =>
  `<tr>${cells.map((text) => `<${cell}>${safe(text)}</${cell}>`).join('')}</tr>`

/** The answer as table rows; a refusal as its sentence, column and remedy. Nothing that it does is kept. */
async function answer(sql: postgres.Sql, { query, upright }: Figure): Promise<string> {
  try {
    let rows: Record<string, unknown>[] = []
    await sql
      .begin(async (tx) => {
        rows = [...(await tx.unsafe(query))]
        throw new Undone()
      })
      .catch((error) => {
        if (!(error instanceof Undone)) throw error
      })
    const columns = Object.keys(rows[0] ?? {})
    if (upright) return columns.map((column) => line([column, words(rows[0]?.[column])])).join('')
    return (
      line(columns, 'th') +
      rows.map((row) => line(columns.map((column) => words(row[column])))).join('')
    )
  } catch (error) {
    const { code, message, detail, hint } = error as postgres.PostgresError
    const told = { [`ERROR ${code}`]: message, DETAIL: detail, HINT: hint }
    return Object.entries(told)
      .map(([label, text]) => line([label, text ?? '']))
      .join('')
  }
}

class Undone extends Error {}

const font = (file: string): string =>
  readFileSync(join(repository, 'site/public/fonts', file)).toString('base64')

/** Takes every figure, light, as WebP. */
export async function takeAdminPictures(sql: postgres.Sql, browser: Browser, folder: string) {
  mkdirSync(folder, { recursive: true })
  const context = await browser.newContext({
    viewport: { width: 1180, height: 400 },
    deviceScaleFactor: 1.5,
  })
  const page = await context.newPage()
  const cdp = await context.newCDPSession(page)
  for (const figure of figures) {
    await page.setContent(`<!doctype html><style>
      @font-face { font-family: Figtree; src: url(data:font/woff2;base64,${font('figtree.woff2')}); font-weight: 300 900 }
      body { margin: 0; padding: 24px; background: #faf6f1; color: #2b1a2e; font: 15px/1.45 Figtree, sans-serif }
      pre { margin: 0 0 16px; padding: 12px 16px; border-radius: 8px; background: #2b1a2e; color: #faf6f1; font: 14px/1.5 monospace }
      table { border-collapse: collapse; width: 100%; background: white }
      td, th { padding: 6px 12px; border: 1px solid #e2d6dc; text-align: left; vertical-align: top }
      th, td:first-child { white-space: nowrap; font-weight: 600 }
    </style><pre>${safe(figure.query)}</pre><table>${await answer(sql, figure)}</table>`)
    await page.evaluate(() => document.fonts.ready)
    const height = await page.evaluate(() => document.body.offsetHeight)
    const { data } = await cdp.send('Page.captureScreenshot', {
      format: 'webp',
      quality: 70,
      captureBeyondViewport: true,
      clip: { x: 0, y: 0, width: 1180, height, scale: 1 },
    })
    const bytes = Buffer.from(data, 'base64')
    writeFileSync(join(folder, `${figure.name}.webp`), bytes)
    console.log(`  docs/screenshots/${figure.name}.webp  ${Math.round(bytes.length / 1000)} KB`)
  }
  await context.close()
}

if (import.meta.main) {
  const sql = postgres(process.argv[2] ?? '', { max: 1, onnotice: () => {} })
  const browser = await openBrowser()
  try {
    await takeAdminPictures(sql, browser, join(repository, 'docs/screenshots'))
  } finally {
    await browser.close()
    await sql.end()
  }
}
