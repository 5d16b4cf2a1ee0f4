import { Hono } from 'hono'
import { z } from 'zod'
import { notFound, Problem, readBody } from './problems.ts'
import { type Audience, findContact, stamp, subscriberHash } from './state.ts'

/** A journey with a step that the API may trigger. */
export interface Journey {
  id: number
  stepId: number
  name: string
}

const triggerBody = z.looseObject({ email_address: z.string() })

/** The route that starts a journey. Every contact enters a journey once: re-entry is off. */
export function journeyRoutes(audience: Audience, journeys: readonly Journey[]): Hono {
  const app = new Hono()
  app.post('/journeys/:journey/steps/:step/actions/trigger', async (c) => {
    const { journey: id, step } = c.req.param()
    const journey = journeys.find((j) => j.id === Number(id) && j.stepId === Number(step))
    if (!journey) throw notFound()
    const { email_address: email } = await readBody(c.req.raw, triggerBody)
    const contact = findContact(audience, subscriberHash(email))
    if (!contact) throw notFound()
    if (contact.archived || contact.status !== 'subscribed') {
      throw new Problem('Bad Request', `${email} is not subscribed and cannot enter a journey.`)
    }
    const key = `${journey.id}/${journey.stepId}`
    if (contact.journeys.has(key)) {
      throw new Problem('Contact Already In Journey', `${email} has entered this journey before.`)
    }
    contact.journeys.add(key)
    const at = stamp(audience.clock)
    contact.activity.unshift({
      activity_type: 'generic',
      created_at_timestamp: at,
      title: journey.name,
    })
    audience.ledger.add('journey.started', subscriberHash(contact.email), {
      email: contact.email,
      journey: journey.id,
      step: journey.stepId,
      name: journey.name,
    })
    return c.body(null, 204)
  })
  return app
}
