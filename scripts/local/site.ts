import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { extname, join, normalize } from 'node:path'
import { serveHttp } from './http.ts'
import { repository } from './run-folder.ts'

export interface BuildOptions {
  /** The stack's folder; the pages go to its `site`. */
  folder: string
  /** The gateway's address, baked into the pages. */
  api: string
  publishable: string
}

/** What the built pages depend on: every file of the site, the addresses, and the schema that prices come from. */
function fingerprint(options: BuildOptions): string {
  const hash = createHash('sha256').update(options.api).update(options.publishable)
  const files = ['site/**/*', 'supabase/seed.sql', 'migrations/*.sql', 'package-lock.json']
  for (const file of globSync(files, {
    cwd: repository,
    exclude: (path) => /(^|\/)(dist|node_modules|\.astro)(\/|$)/.test(path),
  }).sort()) {
    const path = join(repository, file)
    if (statSync(path).isFile()) hash.update(file).update(readFileSync(path))
  }
  return hash.digest('hex')
}

/** Builds the site into the stack's folder, unless it is built from just this already. Throws with what Astro said. */
export async function buildSite(options: BuildOptions): Promise<string> {
  const target = join(options.folder, 'site')
  const mark = join(options.folder, 'site-made-from')
  const from = fingerprint(options)
  if (
    existsSync(join(target, 'index.html')) &&
    existsSync(mark) &&
    readFileSync(mark, 'utf8') === from
  )
    return target
  let said = ''
  const code = await new Promise<number>((resolve) => {
    const astro = join(repository, 'node_modules/.bin/astro')
    const child = spawn(process.execPath, [astro, 'build', '--root', 'site', '--outDir', target], {
      cwd: repository,
      env: {
        ...process.env,
        ASTRO_TELEMETRY_DISABLED: '1',
        PUBLIC_SUPABASE_URL: options.api,
        PUBLIC_SUPABASE_PUBLISHABLE_KEY: options.publishable,
      },
    })
    child.stdout.on('data', (chunk) => (said += chunk))
    child.stderr.on('data', (chunk) => (said += chunk))
    child.on('close', (ended) => resolve(ended ?? 1))
  })
  if (code !== 0) throw new Error(`The site could not be built:\n${said.slice(-2000)}`)
  writeFileSync(mark, from)
  return target
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.xml': 'application/xml',
}

/** Serves built pages as a static host does: folders by their index.html, 404.html for the rest. */
export function serveSite(port: number, folder: string): Promise<{ close(): Promise<void> }> {
  return serveHttp(port, (request) => {
    const path = normalize(decodeURIComponent(new URL(request.url).pathname))
    const candidates = [path, join(path, 'index.html')].map((file) => join(folder, file))
    const found = candidates.find(
      (file) => file.startsWith(folder) && existsSync(file) && statSync(file).isFile(),
    )
    const file = found ?? join(folder, '404.html')
    if (!existsSync(file)) return new Response('Not found', { status: 404 })
    return new Response(readFileSync(file), {
      status: found ? 200 : 404,
      headers: {
        'content-type': types[extname(file)] ?? 'application/octet-stream',
        'cache-control': 'no-cache',
      },
    })
  })
}
