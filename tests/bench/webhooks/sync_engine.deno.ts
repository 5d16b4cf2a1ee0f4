/** The peer: @supabase/stripe-sync-engine on the same Postgres, with as many connections. */
import { StripeSync } from '@supabase/stripe-sync-engine'

const sync = new StripeSync({
  stripeSecretKey: Deno.env.get('STRIPE_SECRET_KEY') ?? '',
  stripeWebhookSecret: Deno.env.get('STRIPE_WEBHOOK_SECRET') ?? '',
  poolConfig: { connectionString: Deno.env.get('SUPABASE_DB_URL'), max: 10 },
  backfillRelatedEntities: false,
  autoExpandLists: false,
})

Deno.serve(
  {
    port: Number(Deno.env.get('PORT')),
    hostname: '127.0.0.1',
    onListen: () => console.error('listening'),
  },
  async (request) => {
    const body = await request.text()
    await sync.processWebhook(body, request.headers.get('stripe-signature') ?? '')
    return Response.json({ received: true })
  },
)
