import { Hono } from 'hono'
import { z } from 'zod'
import { notFound, Problem, readBody } from './problems.ts'
import { links, memberShape, webhookData } from './shapes.ts'
import {
  type Audience,
  type Contact,
  findContact,
  stamp,
  statuses,
  subscriberHash,
} from './state.ts'
import { changeTags, tagsBody } from './tags.ts'
import { createBody, patchBody, putBody, upsert } from './upsert.ts'

const page = {
  count: z.coerce.number().int().min(0).max(1000).default(10),
  offset: z.coerce.number().int().min(0).default(0),
}
const pageQuery = z.object(page)
const listQuery = z.object({
  ...page,
  status: z.enum([...statuses, 'archived']).optional(),
  since_last_changed: z.coerce.date().optional(),
  before_last_changed: z.coerce.date().optional(),
})
const eventBody = z.looseObject({
  name: z.string().min(2).max(30),
  properties: z.record(z.string(), z.string()).optional(),
  occurred_at: z.iso.datetime({ offset: true }).optional(),
  is_syncing: z.boolean().optional(),
})

const query = <S extends z.ZodType>(schema: S, url: string): z.output<S> => {
  const parsed = schema.safeParse(Object.fromEntries(new URL(url).searchParams))
  if (parsed.success) return parsed.data
  throw new Problem('Invalid Resource', z.prettifyError(parsed.error))
}

/** Routes under /lists/{list}/members. */
export function memberRoutes(audience: Audience): Hono {
  const { listId, clock, ledger } = audience
  const app = new Hono()
  const base = `/lists/${listId}/members`
  const origin = (request: Request) => new URL(request.url).origin
  const shape = (contact: Contact, request: Request) =>
    memberShape(contact, listId, origin(request))
  const skips = (request: Request) =>
    new URL(request.url).searchParams.get('skip_merge_validation') === 'true'

  function find(key: string): Contact {
    const contact = findContact(audience, key)
    if (!contact) throw notFound()
    return contact
  }

  /** Two calls document the hash alone as their key. */
  function findByHash(key: string): Contact {
    const contact = audience.contacts.get(key.toLowerCase())
    if (!contact) throw notFound()
    return contact
  }

  app.get('/', (c) => {
    const q = query(listQuery, c.req.url)
    const found = [...audience.contacts.values()].filter((contact) => {
      if (q.status === 'archived' ? !contact.archived : contact.archived) return false
      if (q.status && q.status !== 'archived' && contact.status !== q.status) return false
      const changed = new Date(contact.lastChanged)
      if (q.since_last_changed && changed < q.since_last_changed) return false
      return !q.before_last_changed || changed < q.before_last_changed
    })
    const members = found.slice(q.offset, q.offset + q.count)
    return c.json({
      members: members.map((contact) => shape(contact, c.req.raw)),
      list_id: listId,
      total_items: found.length,
      _links: links(origin(c.req.raw), base),
    })
  })

  app.post('/', async (c) => {
    const { tags, ...body } = await readBody(c.req.raw, createBody)
    const key = subscriberHash(body.email_address)
    const known = findContact(audience, key)
    if (known && !known.archived) {
      const detail = `${body.email_address} is already a list member. Use PUT to insert or update list members.`
      throw new Problem('Member Exists', detail)
    }
    const skip = skips(c.req.raw)
    const wish = { key, changes: body, statusIfNew: body.status, skipMergeValidation: skip }
    const { contact } = upsert(audience, wish)
    const active = (tags ?? []).map((name) => ({ name, status: 'active' as const }))
    changeTags(audience, contact, { tags: active })
    return c.json(shape(contact, c.req.raw))
  })

  app.get('/:key', (c) => c.json(shape(find(c.req.param('key')), c.req.raw)))

  app.put('/:key', async (c) => {
    const { status_if_new, ...changes } = await readBody(c.req.raw, putBody)
    const { contact } = upsert(audience, {
      key: c.req.param('key'),
      changes,
      statusIfNew: status_if_new,
      skipMergeValidation: skips(c.req.raw),
    })
    return c.json(shape(contact, c.req.raw))
  })

  app.patch('/:key', async (c) => {
    const changes = await readBody(c.req.raw, patchBody)
    const key = find(c.req.param('key')).contactId
    const { contact } = upsert(audience, { key, changes, skipMergeValidation: skips(c.req.raw) })
    return c.json(shape(contact, c.req.raw))
  })

  app.delete('/:key', (c) => {
    const contact = find(c.req.param('key'))
    if (contact.archived)
      throw new Problem('Method Not Allowed', 'This list member is archived already.')
    contact.archived = true
    contact.lastChanged = stamp(clock)
    ledger.add('member.archived', subscriberHash(contact.email), { email: contact.email })
    audience.announce('unsubscribe', 'api', { ...webhookData(contact, listId), action: 'archive' })
    return c.body(null, 204)
  })

  app.post('/:key/actions/delete-permanent', (c) => {
    const contact = findByHash(c.req.param('key'))
    forget(audience, contact)
    audience.announce('unsubscribe', 'api', { ...webhookData(contact, listId), action: 'delete' })
    return c.body(null, 204)
  })

  app.get('/:key/tags', (c) => {
    const { count, offset } = query(pageQuery, c.req.url)
    const contact = find(c.req.param('key'))
    return c.json({
      tags: [...contact.tags.values()].slice(offset, offset + count),
      total_items: contact.tags.size,
      _links: links(origin(c.req.raw), `${base}/${subscriberHash(contact.email)}/tags`),
    })
  })

  app.post('/:key/tags', async (c) => {
    const contact = findByHash(c.req.param('key'))
    changeTags(audience, contact, await readBody(c.req.raw, tagsBody))
    return c.body(null, 204)
  })

  app.get('/:key/events', (c) => {
    const { count, offset } = query(pageQuery, c.req.url)
    const { events, email } = find(c.req.param('key'))
    return c.json({
      events: events.slice(offset, offset + count),
      total_items: events.length,
      _links: links(origin(c.req.raw), `${base}/${subscriberHash(email)}/events`),
    })
  })

  app.post('/:key/events', async (c) => {
    const contact = find(c.req.param('key'))
    const event = await readBody(c.req.raw, eventBody)
    const { name, properties = {}, occurred_at = stamp(clock) } = event
    contact.events.push({ name, properties, occurred_at })
    contact.activity.unshift({
      activity_type: 'event',
      created_at_timestamp: occurred_at,
      event_name: name,
    })
    const detail = { email: contact.email, name, properties, is_syncing: event.is_syncing ?? false }
    ledger.add('event.recorded', subscriberHash(contact.email), detail)
    return c.body(null, 204)
  })

  app.get('/:key/activity-feed', (c) => {
    const { count, offset } = query(pageQuery, c.req.url)
    const { activity, email } = find(c.req.param('key'))
    const hash = subscriberHash(email)
    return c.json({
      activity: activity.slice(offset, offset + count),
      email_id: hash,
      list_id: listId,
      _links: links(origin(c.req.raw), `${base}/${hash}/activity-feed`),
    })
  })

  return app
}

/** Deletes a contact for good; its address can then not be added by the API again. */
export function forget(audience: Audience, contact: Contact): void {
  const hash = subscriberHash(contact.email)
  audience.contacts.delete(hash)
  audience.byContactId.delete(contact.contactId)
  audience.forgotten.add(hash)
  audience.ledger.add('member.forgotten', hash, { email: contact.email })
}
