import { rmSync } from 'node:fs'
import type { TestProject } from 'vitest/node'
import { testPorts } from '../../scripts/local/environment.ts'
import { buildSite, serveSite } from '../../scripts/local/site.ts'
import { startStack } from '../../scripts/local/stack.ts'

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
    }
    keys: { publishable: string; secret: string }
    /** Signs a token as the stack's auth server would, for tests of forged and expired ones. */
    stackName: string
  }
}

/** Starts the stack with demo data, sandbox and site for a run of tests, and takes it away afterwards. */
export default async function setup(project: TestProject) {
  const stack = await startStack({
    name: 'test',
    ports: testPorts,
    seed: true,
    functions: true,
    sandbox: true,
    reset: true,
  })
  try {
    const built = await buildSite({
      folder: stack.folder,
      api: stack.urls.api,
      publishable: stack.keys.publishable,
    })
    const site = await serveSite(testPorts.site, built)
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
