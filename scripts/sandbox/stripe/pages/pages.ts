import type { World } from '../world.ts'

export async function servePage(_world: World, _request: Request): Promise<Response> {
  return new Response('Not found', { status: 404 })
}
