import { createHttp, route } from '../_shared/http.ts'
import { type DoorDeps, health } from './health.ts'

/** The doors of the operations room. `databaseMs`: how long the database may take to say how it is. */
export function createApp(deps: DoorDeps, databaseMs?: number) {
  const app = createHttp(deps)
  // anybody: it says nothing that helps anybody else
  route(app, '/operations/health', { GET: health(deps, databaseMs) })
  return app
}
