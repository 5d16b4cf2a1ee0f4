import { Problem } from '../../lib/problem.ts'

/** The id of an event as it stands in an address. Throws a Problem when it cannot be one. */
export function requireId(id: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return id
  throw new Problem('This event is not here', { status: 404, remedy: 'Go back to the list.' })
}
