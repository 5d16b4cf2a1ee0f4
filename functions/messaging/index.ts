import { platformOf } from '../_shared/platform.ts'
import { createApp } from './app.ts'
import { createDeps } from './create_deps.ts'

const runtime = (globalThis as { EdgeRuntime?: { waitUntil(work: Promise<unknown>): void } })
  .EdgeRuntime

const platform = platformOf('messaging', {
  env: (name) => Deno.env.get(name),
  waitUntil: runtime && ((work) => runtime.waitUntil(work)),
})

const deps = createDeps(platform)
// The platform says so before it ends an isolate.
globalThis.addEventListener('beforeunload', deps.stop)

export default { fetch: createApp(deps).fetch }
