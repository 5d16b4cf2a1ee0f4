import { lazy } from '../_shared/env.ts'
import { platformOf } from '../_shared/platform.ts'
import { createMailchimp } from '../_shared/providers/mailchimp.ts'
import { createResend } from '../_shared/providers/resend.ts'
import { createStripe } from '../_shared/providers/stripe.ts'
import { connect } from '../_shared/sql.ts'
import { createApp } from './app.ts'

const platform = platformOf('operations', { env: (name) => Deno.env.get(name) })
const { env, now } = platform
const stripe = lazy(() => createStripe(env, now))
const mailchimp = lazy(() => createMailchimp(env))
const resend = lazy(() => createResend(env, now))

export default {
  fetch: createApp({
    ...platform,
    sql: lazy(() => connect(env, 2)),
    pings: {
      stripe: async () => await stripe().ping(),
      mailchimp: async () => await mailchimp().ping(),
      resend: async () => await resend().ping(),
    },
  }).fetch,
}
