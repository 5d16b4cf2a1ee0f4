import type { Auth } from './auth/index.ts'
import type { Credentials } from './credentials.ts'
import type { FunctionsHost } from './functions-host.ts'
import { json, preflight, serveHttp } from './http.ts'
import type { Project } from './project.ts'
import type { Rest } from './rest/index.ts'
import type { Storage } from './storage/index.ts'

export interface GatewayOptions {
  port: number
  project: Project
  credentials: Credentials
  rest: Rest
  auth: Auth
  storage: Storage
  /** Undefined when the stack runs without functions. */
  functions: FunctionsHost | undefined
}

/** The one address of the project: checks keys and tokens, then hands on to the right service. */
export function serveGateway(options: GatewayOptions) {
  const { credentials, rest, auth, storage, functions, project } = options

  async function serveRest(request: Request): Promise<Response> {
    const caller = await credentials.caller(request)
    return caller instanceof Response ? caller : rest.fetch(request, caller)
  }

  async function serveFunction(request: Request, name: string): Promise<Response> {
    if (!functions) return json(503, { message: 'This stack runs without functions' })
    // Hosted checks a token before the function runs, unless config.toml says otherwise.
    if (project.functions[name]?.verify_jwt !== false && request.method !== 'OPTIONS') {
      const caller = await credentials.caller(request)
      if (caller instanceof Response) return caller
    }
    return functions.fetch(request, '127.0.0.1')
  }

  return serveHttp(options.port, (request) => {
    const [, service, , name = ''] = new URL(request.url).pathname.split('/')
    // Functions answer their own preflight, as on hosted.
    if (service === 'functions') return serveFunction(request, name)
    if (request.method === 'OPTIONS') return preflight(request)
    if (service === 'rest') return serveRest(request)
    if (service === 'auth') return auth.fetch(request)
    if (service === 'storage') return storage.fetch(request)
    return json(404, { message: 'no Route matched with those values' })
  })
}
