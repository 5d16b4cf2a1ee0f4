/** The memberships function as it ships, served by Deno without a gateway. */
import room from '../../../functions/memberships/index.ts'

Deno.serve(
  {
    port: Number(Deno.env.get('PORT')),
    hostname: '127.0.0.1',
    onListen: () => console.error('listening'),
  },
  (request) => room.fetch(request),
)
