/**
 * Policies are written in policies/<room>.sql and nowhere else; the database learns of them by a migration.
 *   node_modules/.bin/node scripts/policies.ts stamp   writes policies/*.sql into that migration
 *   node_modules/.bin/node scripts/policies.ts check   fails when the migration is not what would be written
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const repository = join(import.meta.dirname, '..')
const folder = join(repository, 'policies')
export const stampFile = join(repository, 'migrations', '20261121009900_policies.sql')

/** The migration that the policy files make, in the order of their names. */
export function stamp(): string {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
  const bodies = files.map(
    (file) => `-- policies/${file}\n\n${readFileSync(join(folder, file), 'utf8').trimEnd()}\n`,
  )
  return `-- Written by \`npm run policies\` from policies/*.sql. Edit those.\n\n${bodies.join('\n\n')}`
}

/** Whether the migration is what the policy files say. */
export function isFresh(): boolean {
  return readFileSync(stampFile, 'utf8') === stamp()
}

if (import.meta.main) {
  const verb = process.argv[2]
  if (verb === 'stamp') {
    writeFileSync(stampFile, stamp())
    console.log('The policies stand in migrations/20261121009900_policies.sql.')
  } else if (verb === 'check') {
    if (isFresh()) console.log('The stamped policies are those of policies/*.sql.')
    else {
      console.error('policies/*.sql changed and the migration did not. Run: npm run policies')
      process.exit(1)
    }
  } else {
    console.error('Say what to do: stamp or check.')
    process.exit(1)
  }
}
