import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { repository } from './run-folder.ts'

export interface BuildOptions {
  /** The stack's folder; the pages go to its `site`. */
  folder: string
  /** The gateway's address, baked into the pages. */
  api: string
  publishable: string
  /** The address at which the pages will be served. */
  site: string
  /** Where videos play; Vimeo itself when left out. */
  vimeo?: string
}

/** What the built pages depend on: every file of the site, the operations of agents, the addresses, and the schema that prices come from. */
function fingerprint(options: BuildOptions): string {
  const hash = createHash('sha256').update(JSON.stringify(options))
  const files = [
    'site/**/*',
    'functions/agents/**/*',
    'supabase/seed*.sql',
    'migrations/*.sql',
    'package-lock.json',
  ]
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
  // Astro renders in its output folder when that lies in the repository, else in one place that two builds would share.
  mkdirSync(join(repository, '.run'), { recursive: true })
  const workshop = mkdtempSync(join(repository, '.run', 'build-'))
  try {
    await runAstro(workshop, options)
    rmSync(target, { recursive: true, force: true })
    cpSync(workshop, target, { recursive: true })
  } finally {
    rmSync(workshop, { recursive: true, force: true })
  }
  writeFileSync(mark, from)
  return target
}

/** Throws with what Astro said when it could not build. */
async function runAstro(outDir: string, options: BuildOptions): Promise<void> {
  let said = ''
  const code = await new Promise<number>((resolve) => {
    const astro = join(repository, 'node_modules/.bin/astro')
    const child = spawn(process.execPath, [astro, 'build', '--root', 'site', '--outDir', outDir], {
      cwd: repository,
      env: {
        ...process.env,
        ASTRO_TELEMETRY_DISABLED: '1',
        PUBLIC_SUPABASE_URL: options.api,
        PUBLIC_SUPABASE_PUBLISHABLE_KEY: options.publishable,
        PUBLIC_SITE_URL: options.site,
        PUBLIC_VIMEO_PLAYER_BASE: options.vimeo ?? '',
      },
    })
    child.stdout.on('data', (chunk) => (said += chunk))
    child.stderr.on('data', (chunk) => (said += chunk))
    child.on('close', (ended) => resolve(ended ?? 1))
  })
  if (code !== 0) throw new Error(`The site could not be built:\n${said.slice(-2000)}`)
}
