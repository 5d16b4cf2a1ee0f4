import { rmSync } from 'node:fs'
import type { TestProject } from 'vitest/node'
import { shifted, testPorts, testShift } from '../../scripts/local/environment.ts'
import { buildSite } from '../../scripts/local/site.ts'
import { serveSite } from '../../scripts/local/site-server.ts'
import { type Stack, startStack } from '../../scripts/local/stack.ts'
import { patience } from './patience.ts'

declare module 'vitest' {
  interface ProvidedContext {
    urls: {
      api: string
      functions: string
      database: string
      mailbox: string
      site: string
      stripe: string
      mailchimp: string
      vimeo: string
      luma: string
      slack: string
      resend: string
    }
    keys: { publishable: string; secret: string }
    /** Signs a token as the stack's auth server would, for tests of forged and expired ones. */
    stackName: string
  }
}

/** Waits until the gatherings of the demo data have their pages at Luma: the site is built with the addresses of these. */
async function untilAtLuma(sql: Stack['sql']): Promise<void> {
  const end = Date.now() + patience.hookTimeout
  for (;;) {
    const [open] = await sql`select from private.luma_events where state in ('waiting', 'creating')`
    if (!open) return
    if (Date.now() > end) throw new Error('The demo data did not reach Luma')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Starts the stack with demo data, sandbox and site for a run of tests, and takes it away afterwards. */
export default async function setup(project: TestProject) {
  const shift = testShift(process.env.COMMONS_TEST_SHIFT)
  const ports = shifted(testPorts, shift)
  const stack = await startStack({
    name: shift ? `test-${shift}` : 'test',
    ports,
    seed: true,
    functions: true,
    sandbox: true,
    reset: true,
  })
  try {
    // What the product does once an hour or at night is tried where it is called: here it would come into the middle of
    // whatever runs at that minute.
    await stack.sql`select cron.alter_job(jobid, active => false) from cron.job where schedule <> '* * * * *'`
    await untilAtLuma(stack.sql)
    const built = await buildSite({
      folder: stack.folder,
      api: stack.urls.api,
      publishable: stack.keys.publishable,
      site: stack.urls.site,
    })
    const site = await serveSite(ports.site, built)
    project.provide('urls', stack.urls)
    project.provide('keys', { publishable: stack.keys.publishable, secret: stack.keys.secret })
    project.provide('stackName', stack.name)
    return async () => {
      await site.close()
      await stack.close()
      rmSync(stack.folder, { recursive: true, force: true })
    }
  } catch (error) {
    await stack.close()
    throw error
  }
}
