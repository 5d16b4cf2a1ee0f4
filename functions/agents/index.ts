import { platformOf } from '../_shared/platform.ts'
import { createApp } from './app.ts'
import { createDeps } from './create_deps.ts'

const platform = platformOf('agents', { env: (name) => Deno.env.get(name) })

export default { fetch: createApp(createDeps(platform)).fetch }
