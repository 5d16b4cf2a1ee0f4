import postgres from 'postgres'
import { inject } from 'vitest'
import { loadKeys } from '../../scripts/local/environment.ts'
import { runFolder } from '../../scripts/local/run-folder.ts'

/** The running test stack, as an attacker and as its owner see it. */
export async function connectStack() {
  const urls = inject('urls')
  const sql = postgres(urls.database, { max: 2, onnotice: () => {} })
  return {
    api: urls.api,
    keys: await loadKeys(runFolder(inject('stackName'))),
    sql,
    end: () => sql.end({ timeout: 1 }),
  }
}
