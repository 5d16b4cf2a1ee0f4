import { createHttp, route } from '../_shared/http.ts'
import { type DoorDeps, health } from './health.ts'

/** The doors of the operations room. */
export function createApp(deps: DoorDeps) {
  const app = createHttp(deps)
  // anybody: it says nothing that helps anybody else
  route(app, '/operations/health', { GET: health(deps) })
  return app
}
