import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { repository } from './run-folder.ts'

/** Where one PostgreSQL installation keeps its files. */
export interface Installation {
  major: number
  bin: string
  lib: string
  share: string
}

/**
 * The newest PostgreSQL on this machine that also has pg_cron.
 * Throws a sentence that says what to install when there is none.
 */
export function findInstallation(root = '/usr/lib/postgresql'): Installation {
  const majors = existsSync(root) ? readdirSync(root).map(Number).filter(Boolean) : []
  for (const major of majors.sort((a, b) => b - a)) {
    const installation = {
      major,
      bin: join(root, String(major), 'bin'),
      lib: join(root, String(major), 'lib'),
      share: join('/usr/share/postgresql', String(major)),
    }
    const cron = join(installation.share, 'extension', 'pg_cron.control')
    if (existsSync(join(installation.bin, 'initdb')) && existsSync(cron)) return installation
  }
  throw new Error(
    'No PostgreSQL with pg_cron was found. Install it: apt-get install postgresql-15 postgresql-15-cron postgresql-15-pgtap postgresql-15-plpgsql-check',
  )
}

function linkAll(from: string, to: string, except: string[] = []) {
  mkdirSync(to, { recursive: true })
  for (const entry of readdirSync(from)) {
    if (!except.includes(entry)) symlinkSync(join(from, entry), join(to, entry))
  }
}

/**
 * Makes a private PostgreSQL tree in which our own extension files lie beside the system's.
 * PostgreSQL looks for its folders relative to its own executable, so a *copied* executable
 * (a link would be resolved) finds the private tree, and the system is not touched.
 * Returns the tree's `bin` folder.
 */
export function buildRuntimeTree(installation: Installation, tree: string): string {
  const major = String(installation.major)
  const bin = join(tree, 'lib/postgresql', major, 'bin')
  const share = join(tree, 'share/postgresql', major)
  const extension = join(share, 'extension')
  const complete = join(tree, `complete-${major}`)
  if (existsSync(complete)) return bin

  rmSync(tree, { recursive: true, force: true })
  mkdirSync(bin, { recursive: true })
  for (const program of ['postgres', 'initdb']) {
    copyFileSync(join(installation.bin, program), join(bin, program))
  }
  symlinkSync(installation.lib, join(tree, 'lib/postgresql', major, 'lib'))
  linkAll(installation.share, share, ['extension'])
  linkAll(join(installation.share, 'extension'), extension)

  const own = join(repository, 'scripts/local/sql/extensions')
  for (const file of readdirSync(own)) copyFileSync(join(own, file), join(extension, file))
  if (!existsSync(join(extension, 'pgmq.control'))) {
    const archive = 'node_modules/@electric-sql/pglite-pgmq/dist/pgmq.tar.gz'
    const from = ['-xzf', join(repository, archive), '-C', extension, '--strip-components=3']
    execFileSync('tar', from)
  }
  writeFileSync(complete, '')
  return bin
}
