import { lazy } from '../_shared/env.ts'
import { platformOf } from '../_shared/platform.ts'
import { createMailchimp } from '../_shared/providers/mailchimp.ts'
import { createStripe } from '../_shared/providers/stripe.ts'
import { connect } from '../_shared/sql.ts'
import { createApp } from './app.ts'

const platform = platformOf('operations', { env: (name) => Deno.env.get(name) })
const { env, now } = platform
const stripe = lazy(() => createStripe(env, now))
const mailchimp = lazy(() => createMailchimp(env))

export default {
  fetch: createApp({
    ...platform,
    sql: lazy(() => connect(env, 2)),
    pings: {
      stripe: async () => await stripe().ping(),
      mailchimp: async () => await mailchimp().ping(),
    },
  }).fetch,
}
