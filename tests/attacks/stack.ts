import postgres from 'postgres'
import { loadKeys } from '../../scripts/local/environment.ts'
import { runFolder } from '../../scripts/local/run-folder.ts'
import { urlsOf } from '../../scripts/local/stack.ts'

/** The running test stack, as an attacker and as its owner see it. */
export async function connectStack() {
  const urls = urlsOf({
    gateway: 56641,
    postgres: 56642,
    mailbox: 56644,
    site: 56645,
    stripe: 56646,
    mailchimp: 56647,
  })
  const sql = postgres(urls.database, { max: 2, onnotice: () => {} })
  return {
    api: urls.api,
    keys: await loadKeys(runFolder('house-http')),
    sql,
    end: () => sql.end({ timeout: 1 }),
  }
}
