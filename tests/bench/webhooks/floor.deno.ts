/** The floor: the same runtime verifies the same signature and makes one trivial SQL call. */

import { verifySignature } from '../../../functions/_shared/signature.ts'
import { connect } from '../../../functions/_shared/sql.ts'

const secret = Deno.env.get('STRIPE_WEBHOOK_SECRET') ?? ''
const sql = connect((name) => Deno.env.get(name))

Deno.serve(
  {
    port: Number(Deno.env.get('PORT')),
    hostname: '127.0.0.1',
    onListen: () => console.error('listening'),
  },
  async (request) => {
    const bytes = new Uint8Array(await request.arrayBuffer())
    const signature = request.headers.get('stripe-signature') ?? undefined
    if ((await verifySignature(bytes, signature, [secret], new Date())) !== 'valid')
      return new Response(null, { status: 400 })
    await sql`select bench.floor(${new TextDecoder().decode(bytes)}::text::jsonb)`
    return Response.json({ received: true })
  },
)
